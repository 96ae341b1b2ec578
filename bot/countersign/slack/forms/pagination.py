"""Pagination of forms that are too long for one view, and the state that goes from page to page.

A submission contains only the inputs of the open page. So the changes on other pages are stored in the view's
private_metadata: no process keeps state, and the values are validated at the submission like all others.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from countersign.approvals.errors import CountersignError
from countersign.interrupts import INPUT_LIMIT, Field, Form, RawInput
from countersign.slack.block_kit.builders import Block
from countersign.slack.cards.values.references import InvalidReference
from countersign.slack.forms.input_elements import (
    ACTION_ID,
    UNTOUCHED,
    MaybeRaw,
    chunk_block_id,
    input_block,
    raw_value,
)
from countersign.slack.forms.view_state import input_states

MAX_INPUTS = 90  # of a view's 100 blocks
MAX_VIEW_BYTES = 200_000  # of all inputs, as JSON in ASCII: Slack takes 250,000 for a view
MAX_STATE_BYTES = 30_000  # of the changes on other pages, decompressed, as JSON in ASCII
_MAX_ENCODED_STATE = 2700  # characters, compressed: Slack takes 3,000, of which the reference takes some
_CHUNK_SIZE = INPUT_LIMIT - 200  # leaves room in each input for text that people add

CarriedInputs = Mapping[str, RawInput]  # by block id


class FormStateTooLargeError(CountersignError):
    """The other pages of this form hold more than Slack can keep."""


@dataclass(frozen=True, kw_only=True)
class FormInput:
    """One input: a field, or one chunk of a text that is longer than an input takes."""

    field: Field
    chunks: Sequence[str]
    at: int

    @property
    def block_id(self) -> str:
        return chunk_block_id(self.field.pointer, self.at)

    @property
    def prefilled(self) -> RawInput:
        """What the input is prefilled with."""
        return self.field.raw if len(self.chunks) == 1 else self.chunks[self.at]

    def block(self, typed: MaybeRaw = UNTOUCHED) -> Block:
        return input_block(self.field, self.chunks, self.at, typed)


def pages(form: Form) -> tuple[tuple[FormInput, ...], ...]:
    """The form's inputs on as few pages as hold them; at least one page."""
    done: list[tuple[FormInput, ...]] = []
    page: list[FormInput] = []
    weight = 0
    for form_input in (form_input for field in form.fields for form_input in inputs_of(field)):
        own = len(json.dumps(form_input.block()))
        if page and (len(page) >= MAX_INPUTS or weight + own > MAX_VIEW_BYTES):
            done.append(tuple(page))
            page, weight = [], 0
        page.append(form_input)
        weight += own
    return (*done, tuple(page))


def inputs_of(field: Field) -> tuple[FormInput, ...]:
    chunks = _chunks(field)
    return tuple(FormInput(field=field, chunks=chunks, at=at) for at in range(len(chunks)))


def changed_inputs(form: Form, carried: CarriedInputs, view: Mapping[str, Any]) -> dict[str, RawInput]:
    """The inputs that differ from what they were prefilled with, on the open page and on the others."""
    states = input_states(view, ACTION_ID)
    found: dict[str, RawInput] = {}
    for form_input in (form_input for field in form.fields for form_input in inputs_of(field)):
        if form_input.block_id in states:
            raw = raw_value(form_input.field, states[form_input.block_id])
            if raw != form_input.prefilled and (raw or form_input.prefilled):
                found[form_input.block_id] = raw
        elif form_input.block_id in carried:
            found[form_input.block_id] = carried[form_input.block_id]
    return found


def encode_state(carried: CarriedInputs) -> str:
    """The changes for a view's private_metadata. Raises `FormStateTooLargeError`."""
    if not carried:
        return ""
    text = json.dumps(carried, separators=(",", ":"))
    encoded = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode()
    if len(text) > MAX_STATE_BYTES or len(encoded) > _MAX_ENCODED_STATE:
        raise FormStateTooLargeError
    return encoded


def decode_state(encoded: str) -> CarriedInputs:
    """The changes that `encode_state` encoded. Decompresses at most MAX_STATE_BYTES.

    Raises `InvalidReference` for anything that `encode_state` does not write.
    """
    if not encoded:
        return {}
    try:
        text = zlib.decompressobj().decompress(base64.urlsafe_b64decode(encoded), MAX_STATE_BYTES)
        carried = json.loads(text)
    except (ValueError, RecursionError, zlib.error, binascii.Error):
        raise InvalidReference from None
    if not isinstance(carried, dict) or not all(map(_is_raw_input, carried.values())):
        raise InvalidReference
    return carried


def _is_raw_input(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(each, str) for each in value)
    return value is None or isinstance(value, bool | str)


def _chunks(field: Field) -> Sequence[str]:
    """The prefilled text in chunks that inputs take. No chunk ends in whitespace, which Slack might trim."""
    text = field.raw
    if not field.exceeds_input or not isinstance(text, str):
        return ("",)
    parts: list[str] = []
    start = 0
    while start < len(text):
        end = start + _chunk_end(text[start : start + _CHUNK_SIZE + 1])
        parts.append(text[start:end])
        start = end
    return parts


def _chunk_end(text: str) -> int:
    end = min(len(text), _CHUNK_SIZE)
    while _utf16_length(text[:end]) > _CHUNK_SIZE:
        end -= max((_utf16_length(text[:end]) - _CHUNK_SIZE) // 2, 1)
    cut = end
    while 0 < cut < len(text) and (text[cut - 1].isspace() or text[cut].isspace()):
        cut -= 1
    return cut or end


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
