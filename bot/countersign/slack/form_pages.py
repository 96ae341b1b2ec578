"""A form in pages: what no single view holds, and what was typed on one page while another is open.

A submission has the inputs of the page on top alone. So whoever turns a page takes what they changed along
in the view's own metadata: it is theirs, it is judged when it is sent, and no process has to remember it.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from countersign.interrupts import INPUT_LIMIT, Field, Form, RawInput
from countersign.slack.blocks import Block
from countersign.slack.card_ref import BadButton
from countersign.slack.form_elements import ACTION_ID, UNTOUCHED, MaybeRaw, input_block, part_id, raw_of

MOST_INPUTS = 90  # of a view's 100 blocks
MOST_BYTES = 200_000  # of all inputs, as JSON in ASCII: Slack takes 250,000 for a view
_MOST_CARRIED = 30_000  # of what was typed on other pages, as JSON in ASCII
_METADATA = 2700  # characters of them, compressed: Slack takes 3,000, of which a reference takes some
_CHUNK = INPUT_LIMIT - 200  # room in each part for what is added to it

Carried = Mapping[str, RawInput]  # by block id


class TooMuchToCarryError(Exception):
    """More was typed than goes along to another page."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One input: a field, or one part of a text that is longer than an input takes."""

    field: Field
    chunks: Sequence[str]
    at: int

    @property
    def block_id(self) -> str:
        return part_id(self.field.pointer, self.at)

    @property
    def shown(self) -> RawInput:
        """What the input is prefilled with."""
        return self.field.raw if len(self.chunks) == 1 else self.chunks[self.at]

    def block(self, typed: MaybeRaw = UNTOUCHED) -> Block:
        return input_block(self.field, self.chunks, self.at, typed)


def pages(form: Form) -> tuple[tuple[Piece, ...], ...]:
    """The form's inputs on as few pages as hold them; at least one page."""
    done: list[tuple[Piece, ...]] = []
    page: list[Piece] = []
    weight = 0
    for piece in (piece for field in form.fields for piece in pieces(field)):
        own = len(json.dumps(piece.block()))
        if page and (len(page) >= MOST_INPUTS or weight + own > MOST_BYTES):
            done.append(tuple(page))
            page, weight = [], 0
        page.append(piece)
        weight += own
    return (*done, tuple(page))


def pieces(field: Field) -> tuple[Piece, ...]:
    chunks = _chunks(field)
    return tuple(Piece(field=field, chunks=chunks, at=at) for at in range(len(chunks)))


def typed(form: Form, carried: Carried, view: Mapping[str, Any]) -> dict[str, RawInput]:
    """What is no longer as it was prefilled, on the page in the view and on those before."""
    state = (view.get("state") or {}).get("values") or {}
    found: dict[str, RawInput] = {}
    for piece in (piece for field in form.fields for piece in pieces(field)):
        held = (state.get(piece.block_id) or {}).get(ACTION_ID)
        if isinstance(held, Mapping):
            raw = raw_of(piece.field, held)
            if raw != piece.shown and (raw or piece.shown):
                found[piece.block_id] = raw
        elif piece.block_id in carried:
            found[piece.block_id] = carried[piece.block_id]
    return found


def pack(carried: Carried) -> str:
    """For a view's metadata; raises `TooMuchToCarryError`."""
    if not carried:
        return ""
    text = json.dumps(carried, separators=(",", ":"))
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode()
    if len(text) > _MOST_CARRIED or len(packed) > _METADATA:
        raise TooMuchToCarryError
    return packed


def unpack(packed: str) -> Carried:
    """Raises `BadButton` for anything that `pack` does not write."""
    if not packed:
        return {}
    try:
        text = zlib.decompressobj().decompress(base64.urlsafe_b64decode(packed), _MOST_CARRIED)
        carried = json.loads(text)
    except (ValueError, zlib.error, binascii.Error):
        raise BadButton from None
    if not isinstance(carried, dict):
        raise BadButton
    return carried


def _chunks(field: Field) -> Sequence[str]:
    """The prefilled text in parts that inputs take. No part ends in a blank, which Slack might trim."""
    text = field.raw
    if not field.exceeds_input or not isinstance(text, str):
        return ("",)
    parts: list[str] = []
    start = 0
    while start < len(text):
        end = start + _end(text[start : start + _CHUNK + 1])
        parts.append(text[start:end])
        start = end
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
