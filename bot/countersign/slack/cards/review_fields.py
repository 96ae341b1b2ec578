"""Risk and reason of a request, where its payload states them: under the title, apart from the payload."""

import re
from collections.abc import Sequence

from countersign.interrupts import Part, PartRole, ReviewRequest, Risk, is_displayed_unchanged
from countersign.slack.block_kit.builders import Block, section
from countersign.slack.block_kit.escaping import escape, escaped_length

_REASON_LIMIT = 600
_MARKUP = re.compile(r"[*_~`]|:[\w+-]+:")  # emphasis, code and emoji: they cannot be escaped in mrkdwn
_RISKS = {
    Risk.LOW: ":large_green_circle: Low",
    Risk.MEDIUM: ":large_yellow_circle: Medium",
    Risk.HIGH: ":red_circle: High",
}


def review_field_blocks(request: ReviewRequest) -> list[Block]:
    lines = []
    if request.risk is not None:
        lines.append(f"*Risk:* {_RISKS[request.risk]}")
    if request.why is not None and _fits(request.why):
        lines.append(f"*Why:* {escape(request.why)}")
    return [section("\n".join(lines))] if lines else []


def other_parts(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts that `review_field_blocks` does not show."""
    return tuple(part for part in parts if part.role is None or not _is_shown(part))


def _is_shown(part: Part) -> bool:
    return part.role is PartRole.RISK or (isinstance(part.value, str) and _fits(part.value))


def _fits(reason: str) -> bool:
    """Any other reason is shown among the payload: a long one, or one that markup or a line break changes."""
    plain = reason.strip() == reason != "" and "\n" not in reason and not _MARKUP.search(reason)
    return plain and escaped_length(reason) <= _REASON_LIMIT and is_displayed_unchanged(reason)
