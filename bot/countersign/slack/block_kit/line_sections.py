"""Lines of mrkdwn grouped into sections, truncated at a number of characters."""

from collections.abc import Sequence

from countersign.slack.block_kit.builders import SECTION_LIMIT, Block, context_block, section


def line_sections(lines: Sequence[str], chars: int, more: str) -> list[Block]:
    """`more` follows the number of lines left out. No line may be longer than a section."""
    groups: list[list[str]] = []
    used = shown = 0
    for line in lines:
        used += len(line) + 1
        if used > chars:
            break
        if not groups or sum(len(other) + 1 for other in groups[-1]) + len(line) > SECTION_LIMIT:
            groups.append([])
        groups[-1].append(line)
        shown += 1
    left = len(lines) - shown
    return [
        *(section("\n".join(group)) for group in groups),
        *([context_block(f"{left} {more}")] if left else []),
    ]
