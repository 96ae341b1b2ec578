"""A request's parts as blocks, within a budget of characters and blocks.

If a long first argument hid the short ones after it, people would approve without seeing them. So short parts
are shown in full first, one per line, and long parts share the rest. What does not fit is behind *Details*.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from countersign.i18n import N_, _
from countersign.interrupts import Part, Section, human_label, sections
from countersign.slack.block_kit.builders import (
    FIELD_LIMIT,
    HEADER_LIMIT,
    SECTION_LIMIT,
    Block,
    context_block,
    header,
    plain_section,
    section,
)
from countersign.slack.block_kit.escaping import code_block, escape, escaped_length
from countersign.slack.cards.values.part_text import (
    LABEL_LIMIT,
    label_fits,
    label_text,
    line_text,
    section_text,
)

SHORT_LIMIT = 100  # characters of a value that is shown beside its label
SPARE = 900  # characters of a section that names of people may add
TRUNCATED = N_("Too long to show in full. Open *Details* to read the rest.")
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
    texts = [short_line(part) for part in parts]
    short = [text for text in texts if text]
    long = [part for part, text in zip(parts, texts, strict=True) if not text]
    sections_of_lines, all_short_shown = _lines(short, replace(budget, blocks=budget.blocks - bool(long)))
    left = BlockBudget(
        budget.chars - text_length(sections_of_lines), budget.blocks - len(sections_of_lines) - 1
    )
    long_blocks = _long_parts(long, left)
    complete = all_short_shown and long_blocks.complete
    blocks = [*sections_of_lines, *long_blocks.blocks]
    if not complete and budget.blocks > len(blocks):
        blocks.append(context_block(_(truncated)))
    return PayloadBlocks(blocks, complete)


def short_line(part: Part) -> str | None:
    """Label and value on one line; None if they need a section of their own."""
    found = sections((part,), FIELD_LIMIT)
    if len(found) != 1 or len(part.label) > SHORT_LIMIT or not label_fits(found[0].label):
        return None
    if len(found[0].text) > SHORT_LIMIT or "\n" in found[0].text:
        return None
    return f"{label_text(found[0].label)} {line_text(part, found[0].text)}"


def short_text(part: Part) -> str | None:
    """`Amount: 129.90`, as plain text; None for what is long, or for machines."""
    found = sections((part,), FIELD_LIMIT)
    if part.secondary or part.role is not None or len(found) != 1:
        return None
    line = f"{found[0].label}: {found[0].text}"
    return line if len(line) <= SHORT_LIMIT and "\n" not in line else None


def _lines(texts: Sequence[str], budget: BlockBudget) -> tuple[list[Block], bool]:
    """The lines in as few sections as there can be, and whether all of them fit."""
    groups: list[list[str]] = []
    used = 0
    for text in texts:
        if not groups or sum(len(each) + 1 for each in groups[-1]) + len(text) > SECTION_LIMIT - SPARE:
            if len(groups) >= budget.blocks:
                break
            groups.append([])
        used += len(text) + 1
        if used > budget.chars:
            break
        groups[-1].append(text)
    blocks = [section("\n".join(group)) for group in groups if group]
    return blocks, sum(map(len, groups)) == len(texts)


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
    blocks = [
        section(section_text(part, piece)) for piece in sections((part,), section_limit, measure=_measure)
    ]
    if len(blocks) <= budget.blocks and text_length(blocks) <= budget.chars:
        return PayloadBlocks(blocks, complete=label_fits(human_label(part.label)))
    limit = min(budget.chars - LABEL_LIMIT // 2 - _MARKUP_OVERHEAD, section_limit)
    first, *rest = sections((part,), max(limit, 1), measure=_measure)
    excerpt = section(section_text(part, first))
    more = _("_… and {count:,} more characters_").format(count=sum(len(each.text) for each in rest))
    excerpt["text"]["text"] += f"\n{more}"
    return PayloadBlocks([excerpt], complete=False)


def _measure(text: str) -> int:
    """The length in a section: each line may be quoted."""
    return escaped_length(text) + text.count("\n") + 1


def labelled_section(piece: Section) -> Block:
    """One section of the layout, its label above its text."""
    continued = " _(continued)_" if piece.continued else ""
    return section(f"{label_text(piece.label)}{continued}\n{code_block(piece.text)}")


def text_length(blocks: Sequence[Block]) -> int:
    """Characters of the texts of headers and sections."""
    texts = [block["text"] for block in blocks if "text" in block]
    texts += [text for block in blocks for text in block.get("fields", ())]
    return sum(len(text if isinstance(text, str) else text["text"]) for text in texts)


def title_block(text: str) -> Block:
    """A title of one line; a section where the escapes in it make it too long for a header."""
    return (header if escaped_length(text) <= HEADER_LIMIT else plain_section)(escape(text))
