"""A form as a modal, and back: the view of a form, and the raw values of a submission."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.interrupts import ABSENT, INPUT_LIMIT, WHOLE, Field, FieldKind, Form, Raw
from bot.slack.blocks import Block, context, plain
from bot.slack.escape import clipped
from bot.slack.form_elements import ACTION_ID, input_blocks, part_id, raw_of

MOST_INPUTS = 90  # of a view's 100 blocks
MOST_CHARS = 100_000  # of one text that is edited in parts
MOST_BYTES = 200_000  # of all inputs, as JSON in ASCII: Slack takes 250,000 for a view
_ERROR_LIMIT = 300
_CHUNK = INPUT_LIMIT - 200  # room in each part for what is added to it


@dataclass(frozen=True, kw_only=True)
class Modal:
    """What stands around the fields."""

    callback_id: str
    title: str  # at most 24 characters
    submit: str  # at most 24 characters
    private_metadata: str
    heading: str = ""
    explanation: str = ""


def fitted(form: Form) -> Form:
    """The form as a modal can hold it: as it is, or else the whole value as one JSON field."""
    if len(form.fields) <= MOST_INPUTS and sum(len(_chunks(field)) for field in form.fields) <= MOST_INPUTS:
        return form
    if form.single is not None:
        return form
    field = Field(
        pointer=WHOLE,
        label="Value",
        kind=FieldKind.JSON,
        required=True,
        initial={} if form.base is ABSENT else form.base,
        hint="JSON. There are too many fields for a form of their own.",
    )
    whole = replace(form, fields=(field,), base=field.initial, containers=(), note=form.note)
    return whole if len(_chunks(field)) <= MOST_INPUTS else replace(form, fields=form.fields[:MOST_INPUTS])


def form_view(form: Form, modal: Modal) -> Block:
    """The view of a form that `fitted` gave. A text too long even for several inputs keeps its value."""
    blocks: list[Block] = []
    if modal.heading:
        blocks.append({"type": "section", "text": plain(clipped(modal.heading, 3000))})
    told = [text for text in (modal.explanation, form.note) if text]
    blocks += [{"type": "section", "text": plain(clipped(text, 3000))} for text in told]
    room, weight = MOST_INPUTS, MOST_BYTES
    for field in form.fields:
        made = input_blocks(field, _chunks(field))
        weight -= len(json.dumps(made))
        if len(made) > room or weight < 0:
            weight += len(json.dumps(made))
            blocks.append(
                context(f"{clipped(field.label, 300)} is too long to edit here. It stays as it is.")
            )
            continue
        room -= len(made)
        blocks += made
    return {
        "type": "modal",
        "callback_id": modal.callback_id,
        "title": plain(modal.title),
        "submit": plain(modal.submit),
        "close": plain("Cancel"),
        "private_metadata": modal.private_metadata,
        "blocks": blocks,
    }


def raw_values(form: Form, view: Mapping[str, Any]) -> dict[str, Raw]:
    """What was typed, by the fields' pointers, for `Form.read`. Fields that had no input are not in it."""
    state = (view.get("state") or {}).get("values") or {}
    found: dict[str, Raw] = {}
    for field in form.fields:
        if (held := _held(state, field.pointer)) is None:
            continue
        parts = [raw_of(field, held)]
        while (more := _held(state, part_id(field.pointer, len(parts)))) is not None:
            parts.append(raw_of(field, more))
        found[field.pointer] = (
            parts[0] if len(parts) == 1 else "".join(part for part in parts if isinstance(part, str))
        )
    return found


def shown_errors(errors: Mapping[str, str], view: Mapping[str, Any]) -> dict[str, str]:
    """The errors by block id, each at an input that is in the view: Slack takes no other."""
    inputs = [block["block_id"] for block in view.get("blocks") or () if block.get("type") == "input"]
    shown: dict[str, list[str]] = {}
    for place, text in errors.items():
        if inputs:
            shown.setdefault(place if place in inputs else inputs[0], []).append(text)
    return {place: clipped(" ".join(texts), _ERROR_LIMIT) for place, texts in shown.items()}


def told_view(title: str, text: str) -> Block:
    """A view that only says something, in place of a form that can do nothing any more."""
    return {
        "type": "modal",
        "title": plain(title),
        "close": plain("Close"),
        "blocks": [{"type": "section", "text": plain(clipped(text, 3000))}],
    }


def _held(state: Mapping[str, Any], block_id: str) -> Mapping[str, Any] | None:
    held = (state.get(block_id) or {}).get(ACTION_ID)
    return held if isinstance(held, Mapping) else None


def _chunks(field: Field) -> list[str]:
    """The prefilled text in parts that inputs take. No part ends in a blank, which Slack might trim."""
    text = field.raw
    if not field.oversize or not isinstance(text, str) or len(text) > MOST_CHARS:
        return [""] * (1 if not field.oversize else MOST_INPUTS + 1)
    parts: list[str] = []
    while text:
        end = _end(text)
        parts.append(text[:end])
        text = text[end:]
    return parts


def _end(text: str) -> int:
    end = min(len(text), _CHUNK)
    while _utf16(text[:end]) > _CHUNK:
        end -= max((_utf16(text[:end]) - _CHUNK) // 2, 1)
    cut = end
    while 0 < cut < len(text) and (text[cut - 1].isspace() or text[cut].isspace()):
        cut -= 1
    return cut or end


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
