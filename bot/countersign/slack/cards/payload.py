"""The parts of a request as blocks: all of them in sight, and as much of each as there is budget for.

A card that shows a long first argument and hides the short ones behind it gets approved blind. So short parts
come complete, and what is long shares the budget that is left; what does not fit is one button away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from countersign.interrupts import Part, ReviewRow, Section, sections, single_line
from countersign.slack.block_kit.builders import (
    FIELD_LIMIT,
    FIELDS_LIMIT,
    HEADER_LIMIT,
    SECTION_LIMIT,
    Block,
    context_block,
    fields,
    header,
    plain_section,
    section,
)
from countersign.slack.block_kit.escaping import (
    bold,
    code,
    code_block,
    escape,
    escaped_length,
    truncate_escaped,
)

SHORT_LIMIT = 60  # characters that stand in half a column
LABEL_LIMIT = 200
_MARKUP_OVERHEAD = 40  # characters that fences, bold and line breaks add to a text
MORE_BEHIND_BUTTON = "There is more than fits here: *View everything* shows all of it."
_NAME_LIMIT = 130
_MIN_EXCERPT = 200  # characters below which a piece of a long text tells nothing


@dataclass(frozen=True)
class BlockBudget:
    """Characters, after escaping, and blocks."""

    chars: int
    blocks: int


@dataclass(frozen=True)
class PayloadBlocks:
    blocks: list[Block]
    complete: bool  # nothing was left out


def payload_blocks(
    parts: Sequence[Part], budget: BlockBudget, *, more: str = MORE_BEHIND_BUTTON
) -> PayloadBlocks:
    """As much of the parts as the budget takes. Where something is left out, `more` says so."""
    aside = [part for part in parts if part.secondary and _short(part)]
    parts = [part for part in parts if part not in aside]
    if aside:
        small_print = _small_print(aside)
        shown = payload_blocks(
            parts, BlockBudget(budget.chars - len(small_print), budget.blocks - 1), more=more
        )
        return PayloadBlocks([*shown.blocks, context_block(small_print)], shown.complete)
    short = [(at, text) for at, part in enumerate(parts) if (text := _short(part))]
    rendered = [text for _, text in short]
    long = [part for at, part in enumerate(parts) if at not in {at for at, _ in short}]
    columns = _columns(rendered, replace(budget, blocks=budget.blocks - bool(long)))
    hidden = len(rendered) - sum(len(block["fields"]) for block in columns)
    left = BlockBudget(budget.chars - text_length(columns), budget.blocks - len(columns) - 1)
    long_parts = _long_parts(long, left)
    complete = hidden == 0 and long_parts.complete
    blocks = [*columns, *long_parts.blocks]
    if not complete and budget.blocks > len(blocks):
        blocks.append(context_block(more))
    return PayloadBlocks(blocks, complete)


def _small_print(parts: Sequence[Part]) -> str:
    return " · ".join(
        f"{escape(single_line(part.label))} {code(single_line(str(part.value)))}" for part in parts
    )


def _short(part: Part) -> str | None:
    """Label and value for half a column, or None if they need more."""
    blocks_made = sections((part,), FIELD_LIMIT)
    if (
        len(blocks_made) != 1
        or len(part.label) > SHORT_LIMIT
        or len(blocks_made[0].text) > SHORT_LIMIT
        or "\n" in blocks_made[0].text
    ):
        return None
    return f"{bold(single_line(part.label) or '(no name)')}\n{code(blocks_made[0].text)}"


def _columns(texts: Sequence[str], budget: BlockBudget) -> list[Block]:
    blocks_made: list[Block] = []
    used = 0
    for start in range(0, len(texts), FIELDS_LIMIT):
        group = texts[start : start + FIELDS_LIMIT]
        used += sum(len(text) for text in group)
        if used > budget.chars or len(blocks_made) >= budget.blocks:
            break
        blocks_made.append(fields(group))
    return blocks_made


def _long_parts(parts: Sequence[Part], budget: BlockBudget) -> PayloadBlocks:
    blocks: list[Block] = []
    complete = True
    for at, part in enumerate(parts):
        share = min(budget.chars // (len(parts) - at), budget.chars)
        spare = budget.blocks - (len(parts) - at - 1)
        if share < _MIN_EXCERPT or budget.blocks < 1:
            return PayloadBlocks(blocks, complete=False)
        blocks_made, complete = _long_part(part, share, max(spare, 1))
        complete = complete and complete
        blocks += blocks_made
        budget = BlockBudget(budget.chars - text_length(blocks_made), budget.blocks - len(blocks_made))
    return PayloadBlocks(blocks, complete)


def _long_part(part: Part, chars: int, most: int) -> tuple[list[Block], bool]:
    """One long part: complete if it fits, else its beginning and how much more there is."""
    blocks_made = sections((part,), SECTION_LIMIT - LABEL_LIMIT - _MARKUP_OVERHEAD, measure=escaped_length)
    rendered = [labelled_section(piece) for piece in blocks_made]
    if len(blocks_made) <= most and text_length(rendered) <= chars:
        return rendered, len(part.label) <= LABEL_LIMIT
    budget = min(chars - LABEL_LIMIT // 2 - _MARKUP_OVERHEAD, SECTION_LIMIT - LABEL_LIMIT - _MARKUP_OVERHEAD)
    first = sections((part,), max(budget, 1), measure=escaped_length)
    more = sum(len(piece.text) for piece in first[1:])
    text = labelled_section(first[0])
    text["text"]["text"] += f"\n_… and {more:,} more characters_"
    return [text], False


def labelled_section(piece: Section) -> Block:
    """One section of the layout, its label above its text."""
    label = piece.label if len(piece.label) <= LABEL_LIMIT else piece.label[: LABEL_LIMIT - 1] + "…"
    name = (
        bold(label or "(no name)")
        if escaped_length(label) <= LABEL_LIMIT
        else truncate_escaped(label, LABEL_LIMIT)
    )
    going_on = " _(goes on)_" if piece.continued else ""
    return section(f"{name}{going_on}\n{code_block(piece.text)}")


def text_length(blocks: Sequence[Block]) -> int:
    """Characters of the texts of headers and sections."""
    texts = [block["text"] for block in blocks if "text" in block]
    texts += [text for block in blocks for text in block.get("fields", ())]
    return sum(len(text["text"]) for text in texts)


def title_block(text: str) -> Block:
    """A title of one line; a section where the escapes in it make it too long for a header."""
    return (header if escaped_length(text) <= HEADER_LIMIT else plain_section)(escape(text))


def action_name(row: ReviewRow) -> str:
    """The name of what a row runs, as code."""
    name = single_line(row.action or "this step")
    return code(name) if name_fits(row) else code(f"{name[: _NAME_LIMIT // 5]}…")


def name_fits(row: ReviewRow) -> bool:
    return escaped_length(single_line(row.action or "")) <= _NAME_LIMIT
