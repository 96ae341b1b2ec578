"""The parts of a request as blocks: all of them in sight, and as much of each as there is room for.

A card that shows a long first argument and hides the short ones behind it gets approved blind. So short parts
come whole, and what is long shares the room that is left; what does not fit is one button away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from countersign.interrupts import Part, ReviewRow, Section, sections, single_line
from countersign.slack.blocks import (
    FIELD_LIMIT,
    FIELDS_LIMIT,
    HEADER_LIMIT,
    SECTION_LIMIT,
    Block,
    context,
    fields,
    header,
    plain_section,
    section,
)
from countersign.slack.escape import clipped, code, escape, escaped_length, fence, strong

SHORT = 60  # characters that stand in half a column
LABEL_LIMIT = 200
_FENCES = 40  # characters that fences, bold and line breaks add to a text
BEHIND_BUTTON = "There is more than fits here: *View everything* shows all of it."
_LONGEST_NAME = 130
_LEAST = 200  # characters below which a piece of a long text tells nothing


@dataclass(frozen=True)
class Room:
    """Characters, after escaping, and blocks."""

    chars: int
    blocks: int


@dataclass(frozen=True)
class Shown:
    blocks: list[Block]
    whole: bool  # nothing was left out


def show(parts: Sequence[Part], room: Room, *, more: str = BEHIND_BUTTON) -> Shown:
    """As much of the parts as the room takes. Where something is left out, `more` says so."""
    aside = [part for part in parts if part.secondary and _short(part)]
    parts = [part for part in parts if part not in aside]
    if aside:
        small_print = _small_print(aside)
        shown = show(parts, Room(room.chars - len(small_print), room.blocks - 1), more=more)
        return Shown([*shown.blocks, context(small_print)], shown.whole)
    short = [(at, text) for at, part in enumerate(parts) if (text := _short(part))]
    drawn = [text for _, text in short]
    long = [part for at, part in enumerate(parts) if at not in {at for at, _ in short}]
    columns = _columns(drawn, replace(room, blocks=room.blocks - bool(long)))
    hidden = len(drawn) - sum(len(block["fields"]) for block in columns)
    left = Room(room.chars - size(columns), room.blocks - len(columns) - 1)
    stretches = _stretches(long, left)
    whole = hidden == 0 and stretches.whole
    blocks = [*columns, *stretches.blocks]
    if not whole and room.blocks > len(blocks):
        blocks.append(context(more))
    return Shown(blocks, whole)


def _small_print(parts: Sequence[Part]) -> str:
    return " · ".join(
        f"{escape(single_line(part.label))} {code(single_line(str(part.value)))}" for part in parts
    )


def _short(part: Part) -> str | None:
    """Label and value for half a column, or None if they need more."""
    made = sections((part,), FIELD_LIMIT)
    if len(made) != 1 or len(part.label) > SHORT or len(made[0].text) > SHORT or "\n" in made[0].text:
        return None
    return f"{strong(single_line(part.label) or '(no name)')}\n{code(made[0].text)}"


def _columns(texts: Sequence[str], room: Room) -> list[Block]:
    made: list[Block] = []
    used = 0
    for start in range(0, len(texts), FIELDS_LIMIT):
        group = texts[start : start + FIELDS_LIMIT]
        used += sum(len(text) for text in group)
        if used > room.chars or len(made) >= room.blocks:
            break
        made.append(fields(group))
    return made


def _stretches(parts: Sequence[Part], room: Room) -> Shown:
    blocks: list[Block] = []
    whole = True
    for at, part in enumerate(parts):
        share = min(room.chars // (len(parts) - at), room.chars)
        spare = room.blocks - (len(parts) - at - 1)
        if share < _LEAST or room.blocks < 1:
            return Shown(blocks, whole=False)
        made, complete = _stretch(part, share, max(spare, 1))
        whole = whole and complete
        blocks += made
        room = Room(room.chars - size(made), room.blocks - len(made))
    return Shown(blocks, whole)


def _stretch(part: Part, chars: int, most: int) -> tuple[list[Block], bool]:
    """One long part: whole if it fits, else its beginning and how much more there is."""
    made = sections((part,), SECTION_LIMIT - LABEL_LIMIT - _FENCES, measure=escaped_length)
    drawn = [titled(piece) for piece in made]
    if len(made) <= most and size(drawn) <= chars:
        return drawn, len(part.label) <= LABEL_LIMIT
    room = min(chars - LABEL_LIMIT // 2 - _FENCES, SECTION_LIMIT - LABEL_LIMIT - _FENCES)
    first = sections((part,), max(room, 1), measure=escaped_length)
    more = sum(len(piece.text) for piece in first[1:])
    text = titled(first[0])
    text["text"]["text"] += f"\n_… and {more:,} more characters_"
    return [text], False


def titled(piece: Section) -> Block:
    """One section of the layout, its label above its text."""
    label = piece.label if len(piece.label) <= LABEL_LIMIT else piece.label[: LABEL_LIMIT - 1] + "…"
    name = (
        strong(label or "(no name)") if escaped_length(label) <= LABEL_LIMIT else clipped(label, LABEL_LIMIT)
    )
    going_on = " _(goes on)_" if piece.continued else ""
    return section(f"{name}{going_on}\n{fence(piece.text)}")


def size(blocks: Sequence[Block]) -> int:
    """Characters of the texts of headers and sections."""
    texts = [block["text"] for block in blocks if "text" in block]
    texts += [text for block in blocks for text in block.get("fields", ())]
    return sum(len(text["text"]) for text in texts)


def heading(text: str) -> Block:
    """A title of one line; a section where the escapes in it make it too long for a header."""
    return (header if escaped_length(text) <= HEADER_LIMIT else plain_section)(escape(text))


def action_name(row: ReviewRow) -> str:
    """The name of what a row runs, as code."""
    name = single_line(row.action or "this step")
    return code(name) if has_whole_name(row) else code(f"{name[: _LONGEST_NAME // 5]}…")


def has_whole_name(row: ReviewRow) -> bool:
    return escaped_length(single_line(row.action or "")) <= _LONGEST_NAME
