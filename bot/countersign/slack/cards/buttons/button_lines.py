"""Splits buttons into lines, so that none wraps alone to the next line on a phone."""

from collections.abc import Sequence
from unicodedata import east_asian_width

from countersign.slack.block_kit.builders import Block

_PHONE = 320  # CSS pixels that a message has there
_GAP, _PADDING, _CHARACTER = 8, 26, 8.5  # of Slack's buttons, about
_NARROWEST = 60  # a button with a short word


def button_lines(buttons: Sequence[Block]) -> list[list[Block]]:
    """The buttons on one line if a phone has room for them, or if they cannot be shared out evenly.

    A button as wide as a phone gets a line of its own.
    """
    wide = next((each for each in buttons if fills_a_line(each)), None)
    if wide is not None and len(buttons) > 1:
        return [[wide], *button_lines([each for each in buttons if each is not wide])]
    if fits_a_line(buttons) or len(buttons) < 4:
        return [list(buttons)] if buttons else []
    if len(buttons) == 4:
        return _pairs(buttons)
    half = (len(buttons) + 1) // 2
    return [*button_lines(buttons[:half]), *button_lines(buttons[half:])]


def fills_a_line(button: Block) -> bool:
    """Whether no other button has room beside it."""
    return _width(button) > _PHONE - _GAP - _NARROWEST


def _pairs(four: Sequence[Block]) -> list[list[Block]]:
    """Two pairs that fit, with a long label beside a short one; in their order if it makes no difference."""
    pairs = [
        [[four[0], four[partner]], [each for at, each in enumerate(four) if at not in (0, partner)]]
        for partner in (1, 2, 3)
    ]
    return next((pair for pair in pairs if all(map(fits_a_line, pair))), pairs[0])


def fits_a_line(buttons: Sequence[Block]) -> bool:
    """Whether a phone has room for them beside each other."""
    return sum(map(_width, buttons)) + _GAP * (len(buttons) - 1) <= _PHONE


def _width(button: Block) -> float:
    """Wide characters such as Hangul count twice."""
    label = button["text"]["text"]
    letters = sum(2 if east_asian_width(each) in "WF" else 1 for each in label)
    return _PADDING + _CHARACTER * letters
