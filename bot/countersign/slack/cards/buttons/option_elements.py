"""The options of a row: a button each, or one menu for more than a few."""

from collections.abc import Sequence

from countersign.i18n import N_, _
from countersign.interrupts import MAX_OPTION_BUTTONS, Option
from countersign.slack.block_kit.builders import Block, button, plain
from countersign.slack.block_kit.escaping import truncate_escaped
from countersign.slack.cards.buttons import card_actions

_LABEL_LIMIT = 75
_LABELS_LIMIT = 6000  # characters of all labels of one menu
_GROUP = 100  # options of a menu, and of a group in it
_PLACEHOLDER = N_("Choose an option")


def option_elements(options: Sequence[Option], reference: str) -> list[Block]:
    """`reference` is the value of each button. A menu has none: its block id carries it."""
    if not options:
        return []
    if len(options) <= MAX_OPTION_BUTTONS:
        return [
            button(card_actions.option_action_id(option.key), _label(option, _LABEL_LIMIT), reference)
            for option in options
        ]
    limit = min(_LABEL_LIMIT, max(_LABELS_LIMIT // len(options), 15))
    entries = [{"text": plain(_label(option, limit)), "value": option.key} for option in options]
    menu: Block = {
        "type": "static_select",
        "action_id": card_actions.OPTIONS,
        "placeholder": plain(_(_PLACEHOLDER)),
    }
    if len(entries) <= _GROUP:
        return [menu | {"options": entries}]
    return [menu | {"option_groups": _groups(entries)}]


def _groups(entries: list[Block]) -> list[Block]:
    starts = range(0, len(entries), _GROUP)
    return [
        {
            "label": plain(f"{start + 1} to {min(start + _GROUP, len(entries))}"),
            "options": entries[start : start + _GROUP],
        }
        for start in starts
    ]


def _label(option: Option, limit: int) -> str:
    return truncate_escaped(option.label.strip() or _("(no text)"), limit)
