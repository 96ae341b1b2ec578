"""A request's parts as blocks, within a budget of characters and blocks.

A card that shows a long first argument and hides the short ones behind it is approved blind. So short parts
are shown in full first, and long parts share what is left of the budget. What does not fit is behind
*Details*.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from countersign.interrupts import Part, Section, display_name, sections
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

SHORT_LIMIT = 60  # characters of a value that is shown in one of two columns
LABEL_LIMIT = 200
TRUNCATED = "Too long to show in full. Open *Details* to read the rest."
_MARKUP_OVERHEAD = 40  # characters that a code block, bold and line breaks add to a text
_MIN_EXCERPT = 200  # characters below which an excerpt of a long text is useless


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
    parts: Sequence[Part], budget: BlockBudget, *, truncated: str = TRUNCATED
) -> PayloadBlocks:
    """As much of the parts as the budget takes; where something is left out, `truncated` is appended."""
    secondary = [part for part in parts if part.secondary and _short_text(part)]
    parts = [part for part in parts if part not in secondary]
    if secondary:
        small_print = _small_print(secondary)
        rest = BlockBudget(budget.chars - len(small_print), budget.blocks - 1)
        shown = payload_blocks(parts, rest, truncated=truncated)
        return PayloadBlocks([*shown.blocks, context_block(small_print)], shown.complete)
    texts = [_short_text(part) for part in parts]
    short = [text for text in texts if text]
    long = [part for part, text in zip(parts, texts, strict=True) if not text]
    columns = _columns(short, replace(budget, blocks=budget.blocks - bool(long)))
    all_short_shown = len(short) == sum(len(block["fields"]) for block in columns)
    left = BlockBudget(budget.chars - text_length(columns), budget.blocks - len(columns) - 1)
    long_blocks = _long_parts(long, left)
    complete = all_short_shown and long_blocks.complete
    blocks = [*columns, *long_blocks.blocks]
    if not complete and budget.blocks > len(blocks):
        blocks.append(context_block(truncated))
    return PayloadBlocks(blocks, complete)


def _small_print(parts: Sequence[Part]) -> str:
    return " · ".join(f"{escape(display_name(part.label))} {code(_only_line(part))}" for part in parts)


def _short_text(part: Part) -> str | None:
    """Label and value for one of two columns; None if they need a section of their own."""
    found = sections((part,), FIELD_LIMIT)
    if len(found) != 1 or len(part.label) > SHORT_LIMIT:
        return None
    if len(found[0].text) > SHORT_LIMIT or "\n" in found[0].text:
        return None
    return f"{bold(display_name(part.label))}\n{code(found[0].text)}"


def _only_line(part: Part) -> str:
    return sections((part,), FIELD_LIMIT)[0].text


def _columns(texts: Sequence[str], budget: BlockBudget) -> list[Block]:
    blocks: list[Block] = []
    used = 0
    for start in range(0, len(texts), FIELDS_LIMIT):
        group = texts[start : start + FIELDS_LIMIT]
        used += sum(len(text) for text in group)
        if used > budget.chars or len(blocks) >= budget.blocks:
            break
        blocks.append(fields(group))
    return blocks


def _long_parts(parts: Sequence[Part], budget: BlockBudget) -> PayloadBlocks:
    blocks: list[Block] = []
    all_complete = True
    for at, part in enumerate(parts):
        share = min(budget.chars // (len(parts) - at), budget.chars)
        spare = budget.blocks - (len(parts) - at - 1)
        if share < _MIN_EXCERPT or budget.blocks < 1:
            return PayloadBlocks(blocks, complete=False)
        own = _long_part(part, BlockBudget(share, max(spare, 1)))
        all_complete = all_complete and own.complete
        blocks += own.blocks
        budget = BlockBudget(budget.chars - text_length(own.blocks), budget.blocks - len(own.blocks))
    return PayloadBlocks(blocks, all_complete)


def _long_part(part: Part, budget: BlockBudget) -> PayloadBlocks:
    """One long part: in full if it fits, else its beginning and the number of characters left out."""
    section_limit = SECTION_LIMIT - LABEL_LIMIT - _MARKUP_OVERHEAD
    blocks = [labelled_section(each) for each in sections((part,), section_limit, measure=escaped_length)]
    if len(blocks) <= budget.blocks and text_length(blocks) <= budget.chars:
        return PayloadBlocks(blocks, complete=len(part.label) <= LABEL_LIMIT)
    limit = min(budget.chars - LABEL_LIMIT // 2 - _MARKUP_OVERHEAD, section_limit)
    first, *rest = sections((part,), max(limit, 1), measure=escaped_length)
    excerpt = labelled_section(first)
    excerpt["text"]["text"] += f"\n_… and {sum(len(each.text) for each in rest):,} more characters_"
    return PayloadBlocks([excerpt], complete=False)


def labelled_section(piece: Section) -> Block:
    """One section of the layout, its label above its text."""
    label = piece.label if len(piece.label) <= LABEL_LIMIT else piece.label[: LABEL_LIMIT - 1] + "…"
    name = bold(label) if escaped_length(label) <= LABEL_LIMIT else truncate_escaped(label, LABEL_LIMIT)
    continued = " _(continued)_" if piece.continued else ""
    return section(f"{name}{continued}\n{code_block(piece.text)}")


def text_length(blocks: Sequence[Block]) -> int:
    """Characters of the texts of headers and sections."""
    texts = [block["text"] for block in blocks if "text" in block]
    texts += [text for block in blocks for text in block.get("fields", ())]
    return sum(len(text if isinstance(text, str) else text["text"]) for text in texts)


def title_block(text: str) -> Block:
    """A title of one line; a section where the escapes in it make it too long for a header."""
    return (header if escaped_length(text) <= HEADER_LIMIT else plain_section)(escape(text))
