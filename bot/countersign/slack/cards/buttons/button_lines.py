"""Buttons in lines, so that none wraps alone to the next line on a phone."""

from collections.abc import Sequence

from countersign.slack.block_kit.builders import Block

_PHONE = 320  # CSS pixels that a message has there
_GAP, _PADDING, _CHARACTER = 8, 32, 8.5  # of Slack's buttons, about


def button_lines(buttons: Sequence[Block]) -> list[list[Block]]:
    """The buttons on one line if a phone has room for them, or if they cannot be shared out evenly."""
    width = sum(_PADDING + _CHARACTER * len(each["text"]["text"]) + _GAP for each in buttons) - _GAP
    if width <= _PHONE or len(buttons) < 4:
        return [list(buttons)] if buttons else []
    half = (len(buttons) + 1) // 2
    return [*button_lines(buttons[:half]), *button_lines(buttons[half:])]
