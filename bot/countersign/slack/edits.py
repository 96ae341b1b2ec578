"""What an edit changed, field by field: before and after, and a line diff where the text is long."""

from countersign.approvals.json import Json
from countersign.interrupts import (
    ROOT,
    UNSET,
    Change,
    JsonOrUnset,
    Part,
    escape_invisible,
    json_diff,
    sections,
    single_line,
)
from countersign.slack.blocks import SECTION_LIMIT, Block, context, section
from countersign.slack.escape import code, escaped_length, fence, strong
from countersign.slack.parts import Room

_SHORT = 80
_LEAST = 300  # characters below which a change tells nothing


def edit_blocks(before: Json, after: Json, room: Room) -> list[Block]:
    """Every change that fits, and how many more there are."""
    found = json_diff(before, after)
    if not found:
        return [context("Nothing was changed.")]
    blocks: list[Block] = []
    used = 0
    for at, change in enumerate(found):
        text = _told(change, max(room.chars - used, _LEAST))
        used += len(text)
        if at >= room.blocks or (used > room.chars and at):
            blocks.append(context(f"{len(found) - at} more places were changed."))
            break
        blocks.append(section(text))
    return blocks


def _told(change: Change, chars: int) -> str:
    place = single_line(change.pointer.removeprefix("/")) if change.pointer != ROOT else "text"
    label = strong(place[:100] or "(no name)")
    if change.line_diff is not None:
        return f"{label}\n{_bounded(escape_invisible(change.line_diff), chars)}"
    before, after = _value(change.before), _value(change.after)
    if len(before) + len(after) <= _SHORT and "\n" not in before + after:
        return f"{label}\n{_side(change.before, before)} → {_side(change.after, after)}"
    lines = [f"- {line}" for line in before.split("\n")] + [f"+ {line}" for line in after.split("\n")]
    both = "\n".join(lines)
    return f"{label}\n{_bounded(both, chars)}"


def _side(value: JsonOrUnset, text: str) -> str:
    return "_not there_" if value is UNSET else code(text)


def _value(value: JsonOrUnset) -> str:
    if value is UNSET:
        return "(not there)"
    return "".join(piece.text for piece in sections((Part(label="", value=value),), 100_000))


def _bounded(text: str, chars: int) -> str:
    limit = min(SECTION_LIMIT - 700, chars)
    if escaped_length(text) <= limit:
        return fence(text)
    kept = text[:limit]
    while escaped_length(kept) > limit:
        kept = kept[: len(kept) * limit // escaped_length(kept)]
    return f"{fence(kept)}\n_… and {len(text) - len(kept):,} more characters_"
