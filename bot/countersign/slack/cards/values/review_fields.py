"""The agent's own reason for a request, if its payload has one, marked as the agent's."""

from collections.abc import Sequence

from countersign.i18n import _
from countersign.interrupts import Part, PartRole, ReviewRequest, is_displayed_unchanged
from countersign.slack.block_kit.builders import Block, section
from countersign.slack.block_kit.escaping import escape, escaped_length
from countersign.slack.cards.values.part_text import is_inert

_REASON_LIMIT = 600


def review_field_blocks(request: ReviewRequest) -> list[Block]:
    if request.why is None or not _fits(request.why):
        return []
    return [section(_("*The agent says:* {why}").format(why=escape(request.why)))]


def other_parts(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts that the line of the request and `review_field_blocks` do not show."""
    return tuple(part for part in parts if part.role is None or not _is_shown(part))


def _is_shown(part: Part) -> bool:
    return part.role is PartRole.RISK or (isinstance(part.value, str) and _fits(part.value))


def _fits(reason: str) -> bool:
    """Any other reason is shown among the payload: a long one, or one that markup or a line break changes."""
    plain = reason.strip() == reason != "" and "\n" not in reason and is_inert(reason)
    return plain and escaped_length(reason) <= _REASON_LIMIT and is_displayed_unchanged(reason)
