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
from countersign.slack.block_kit.builders import SECTION_LIMIT, Block, context_block, section
from countersign.slack.block_kit.escaping import bold, code, code_block, escaped_length
from countersign.slack.cards.payload import BlockBudget

_INLINE_LIMIT = 80
_MIN_EXCERPT = 300  # characters below which a change tells nothing


def edit_diff_blocks(before: Json, after: Json, budget: BlockBudget) -> list[Block]:
    """Every change that fits, and how many more there are."""
    found = json_diff(before, after)
    if not found:
        return [context_block("Nothing was changed.")]
    blocks: list[Block] = []
    used = 0
    for at, change in enumerate(found):
        text = _change_text(change, max(budget.chars - used, _MIN_EXCERPT))
        used += len(text)
        if at >= budget.blocks or (used > budget.chars and at):
            blocks.append(context_block(f"{len(found) - at} more places were changed."))
            break
        blocks.append(section(text))
    return blocks


def _change_text(change: Change, chars: int) -> str:
    place = single_line(change.pointer.removeprefix("/")) if change.pointer != ROOT else "text"
    label = bold(place[:100] or "(no name)")
    if change.line_diff is not None:
        return f"{label}\n{_truncated_code_block(escape_invisible(change.line_diff), chars)}"
    before, after = _value_text(change.before), _value_text(change.after)
    if len(before) + len(after) <= _INLINE_LIMIT and "\n" not in before + after:
        return f"{label}\n{_inline_value(change.before, before)} → {_inline_value(change.after, after)}"
    lines = [f"- {line}" for line in before.split("\n")] + [f"+ {line}" for line in after.split("\n")]
    both = "\n".join(lines)
    return f"{label}\n{_truncated_code_block(both, chars)}"


def _inline_value(value: JsonOrUnset, text: str) -> str:
    return "_not there_" if value is UNSET else code(text)


def _value_text(value: JsonOrUnset) -> str:
    if value is UNSET:
        return "(not there)"
    return "".join(piece.text for piece in sections((Part(label="", value=value),), 100_000))


def _truncated_code_block(text: str, chars: int) -> str:
    limit = min(SECTION_LIMIT - 700, chars)
    if escaped_length(text) <= limit:
        return code_block(text)
    kept = text[:limit]
    while escaped_length(kept) > limit:
        kept = kept[: len(kept) * limit // escaped_length(kept)]
    return f"{code_block(kept)}\n_… and {len(text) - len(kept):,} more characters_"
