"""One field of a form as a Block Kit input, and the raw value of the input's state.

https://docs.slack.dev/reference/block-kit/blocks/input-block
"""

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final, TypeAlias

from countersign.i18n import N_, _
from countersign.interrupts import INPUT_LIMIT, Field, FieldKind, Option, RawInput
from countersign.slack.block_kit.builders import Block, plain
from countersign.slack.block_kit.escaping import truncate_escaped
from countersign.slack.forms.view_state import picked_value, picked_values

ACTION_ID = "value"
# Slack cannot clear a radio button or a menu: this option stands for none.
NO_CHOICE_LABEL = N_("(no choice)")
_MAX_RADIO_BUTTONS = 5  # with more options, the input is a menu
_MAX_CHECKBOXES = 10  # Slack's limit for checkboxes
_MAX_MENU_OPTIONS = 100
_PLAIN_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
_TEXT_INPUTS = {FieldKind.MULTILINE, FieldKind.LINES, FieldKind.JSON}


class Untouched(Enum):
    """The type of `UNTOUCHED`: an input that nobody changed, unlike None, which is an emptied input."""

    UNTOUCHED = "untouched"


UNTOUCHED: Final = Untouched.UNTOUCHED
MaybeRaw: TypeAlias = "RawInput | Untouched"


def input_block(field: Field, chunks: Sequence[str], at: int, typed: MaybeRaw = UNTOUCHED) -> Block:
    """The input for the field, or for one chunk of a text that is longer than an input takes.

    `typed` replaces the field's own value.
    """
    if len(chunks) <= 1:
        raw = field.raw if typed is UNTOUCHED else typed
        return _input(field, field.pointer, field.label, _element(field, raw), hint=field.hint)
    text = chunks[at] if typed is UNTOUCHED else typed
    return _input(
        field,
        chunk_block_id(field.pointer, at),
        f"{field.label} ({at + 1} of {len(chunks)})",
        _text({"multiline": True}, text if isinstance(text, str) else None),
        hint=field.hint if at == 0 else None,
    )


def chunk_block_id(pointer: str, at: int) -> str:
    """The block id of one chunk of a long text. The first is the pointer itself, so that errors find it."""
    return pointer if at == 0 else f"{at + 1}:{pointer}"


def _input(field: Field, block_id: str, label: str, element: Block, *, hint: str | None) -> Block:
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(truncate_escaped(label, 2000)),
        "element": {"action_id": ACTION_ID, **element},
        "optional": not field.required,
    }
    return block | {"hint": plain(truncate_escaped(hint, 2000))} if hint else block


def _element(field: Field, raw: RawInput) -> Block:
    match field.kind:
        case FieldKind.BOOLEAN:
            options = [
                Option(key="true", label=_("Yes"), value=True),
                Option(key="false", label=_("No"), value=False),
            ]
            picked = None if not isinstance(raw, bool) else ("true" if raw else "false")
            return _choice(field, options, picked)
        case FieldKind.CHOICE if field.options:
            return _choice(field, field.options, raw if isinstance(raw, str) else None)
        case FieldKind.CHOICES if field.options:
            picked_keys = raw if isinstance(raw, Sequence) and not isinstance(raw, str) else ()
            return _choices(field.options, picked_keys)
        case FieldKind.INTEGER | FieldKind.NUMBER | FieldKind.DECIMAL:
            return _number(field, raw if isinstance(raw, str) else None)
        case _:
            return _text_element(field, raw if isinstance(raw, str) else None)


def _text_element(field: Field, raw: str | None) -> Block:
    match field.kind:
        case FieldKind.DATE:
            return _with({"type": "datepicker"}, "initial_date", raw)
        case FieldKind.TIME:
            return _with({"type": "timepicker"}, "initial_time", raw)
        case FieldKind.DATETIME:
            moment = int(raw) if raw is not None and raw.isdecimal() else None
            return _with({"type": "datetimepicker"}, "initial_date_time", moment)
        case FieldKind.EMAIL:
            return _with({"type": "email_text_input"}, "initial_value", raw or None)
        case FieldKind.URL:
            return _with({"type": "url_text_input"}, "initial_value", raw or None)
        case _:
            element: Block = {"multiline": field.kind in _TEXT_INPUTS}
            return _text(element | _lengths(field, raw), raw)


def _text(settings: Block, raw: str | None) -> Block:
    return _with({"type": "plain_text_input", **settings}, "initial_value", raw or None)


def _lengths(field: Field, raw: str | None) -> Block:
    """The length limits that Slack's input enforces, without those that the present value breaks."""
    element: Block = {}
    low, high = field.min_length, field.max_length
    if low is not None and 0 < low <= INPUT_LIMIT and (raw is None or len(raw) >= low):
        element["min_length"] = low
    if high is not None and (low or 0) <= high <= INPUT_LIMIT and high > 0 and len(raw or "") <= high:
        element["max_length"] = high
    return element if field.kind in {FieldKind.TEXT, FieldKind.MULTILINE} else {}


def _number(field: Field, raw: str | None) -> Block:
    """A number input; a text input for a number that Slack's number input may not accept."""
    if raw is not None and not _PLAIN_NUMBER.fullmatch(raw):
        return _text({"multiline": False}, raw)
    element: Block = {"type": "number_input", "is_decimal_allowed": field.kind is not FieldKind.INTEGER}
    for name, bound, sign in (("min_value", field.minimum, 1), ("max_value", field.maximum, -1)):
        text = _plain(bound)
        if text and (raw is None or (float(raw) - float(text)) * sign >= 0):
            element[name] = text
    return _with(element, "initial_value", raw)


def _plain(bound: float | None) -> str | None:
    text = "" if bound is None else str(int(bound)) if float(bound).is_integer() else str(bound)
    return text if _PLAIN_NUMBER.fullmatch(text) else None


def _choice(field: Field, options: Sequence[Option], picked: str | None) -> Block:
    shown = [_option(option.key, option.label) for option in options]
    if not field.required and len(shown) < _MAX_MENU_OPTIONS:
        shown.append(_option(no_choice_key(options), _(NO_CHOICE_LABEL)))
    kind = "radio_buttons" if len(shown) <= _MAX_RADIO_BUTTONS else "static_select"
    initial = next((option for option in shown if option["value"] == picked), None)
    return _with({"type": kind, "options": shown}, "initial_option", initial)


def _choices(options: Sequence[Option], picked: Sequence[str]) -> Block:
    shown = [_option(option.key, option.label) for option in options]
    kind = "checkboxes" if len(shown) <= _MAX_CHECKBOXES else "multi_static_select"
    initial = [option for option in shown if option["value"] in picked]
    return _with({"type": kind, "options": shown}, "initial_options", initial or None)


def no_choice_key(options: Sequence[Option]) -> str:
    """The value of the option that stands for no choice; no other option has it."""
    key = "-"
    while any(option.key == key for option in options):
        key += "-"
    return key


def _option(key: str, label: str) -> Block:
    return {"text": plain(truncate_escaped(label, 75)), "value": key}


def _with(element: Block, name: str, initial: object) -> Block:
    return element if initial is None else {**element, name: initial}


def raw_value(field: Field, state: Mapping[str, Any]) -> RawInput:
    """The raw value of an input's state in the view; None for an empty input."""
    match state.get("type"):
        case "datepicker":
            return _optional(state.get("selected_date"))
        case "timepicker":
            return _optional(state.get("selected_time"))
        case "datetimepicker":
            return _optional(state.get("selected_date_time"))
        case "radio_buttons" | "static_select":
            return _picked(field, picked_value(state))
        case "checkboxes" | "multi_static_select":
            return list(picked_values(state))
        case _:
            return _optional(state.get("value"))


def _optional(value: object) -> str | None:
    return None if value is None else str(value)


def _picked(field: Field, key: object) -> RawInput:
    options = [Option(key=k, label=k, value=None) for k in ("true", "false")]
    known = options if field.kind is FieldKind.BOOLEAN else field.options
    if key is None or key == no_choice_key(known):
        return None
    return key == "true" if field.kind is FieldKind.BOOLEAN else str(key)
