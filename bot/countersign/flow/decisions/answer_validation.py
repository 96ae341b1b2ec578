"""Validates answers in a worker thread, so that a slow JSON Schema does not block the event loop.

A schema and an answer to it may come from strangers. The time limit of `interrupts.validation`, a second,
applies in the thread too.
"""

import asyncio
from collections.abc import Mapping, Sequence

from countersign.approvals.decision import Decision
from countersign.approvals.json import Json
from countersign.flow.decisions.replies.reply_parser import parse_reply
from countersign.flow.messages.inbound import Inbound
from countersign.flow.review import Review
from countersign.interrupts import check_decision, resume_value


async def validate_decisions(review: Review, decisions: Mapping[int, Decision]) -> None:
    """Raises InvalidDecision unless each row allows its decision and takes its value."""

    def validate() -> None:
        for row, decision in decisions.items():
            check_decision(review.request, row, decision)

    await asyncio.to_thread(validate)


async def validated_resume_value(review: Review, decisions: Sequence[Decision]) -> Json:
    """The value that resumes the graph. Raises InvalidDecision."""
    return await asyncio.to_thread(lambda: resume_value(review.request, decisions))


async def decision_in_reply(message: Inbound, review: Review) -> Decision | None:
    """The decision that a reply expresses; None if it expresses none. Raises FormValidationError."""
    return await asyncio.to_thread(lambda: parse_reply(message.text, review.request))
