"""Risk and reason of a request, where its payload states them: under the title, apart from the payload."""

from collections.abc import Sequence

from countersign.interrupts import Part, PartRole, ReviewRequest, Risk, has_invisible
from countersign.slack.block_kit.builders import Block, section
from countersign.slack.block_kit.escaping import escape, escaped_length

_REASON_LIMIT = 600
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
    """A long reason is shown in full among the payload, as is one with invisible characters."""
    return bool(reason.strip()) and escaped_length(reason) <= _REASON_LIMIT and not has_invisible(reason)
