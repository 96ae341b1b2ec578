"""Judges answers in a thread: up to a second each, in which the event loop goes on.

A schema and an answer to it may come from strangers. The time limit of `interrupts.validation` ends a
judgement wherever it runs.
"""

import asyncio
from collections.abc import Mapping, Sequence

from countersign.approvals.decision import Decision
from countersign.approvals.json import Json
from countersign.flow.decisions.replies.reply_parser import parse_reply
from countersign.flow.messages.inbound import Inbound
from countersign.flow.review import Review
from countersign.interrupts import check_decision, resume_value


async def judge_decisions(review: Review, decisions: Mapping[int, Decision]) -> None:
    """Raises InvalidDecision unless each row allows its decision and takes its value."""

    def judge() -> None:
        for row, decision in decisions.items():
            check_decision(review.request, row, decision)

    await asyncio.to_thread(judge)


async def judge_answer(review: Review, decisions: Sequence[Decision]) -> Json:
    """What to resume the graph with. Raises InvalidDecision."""
    return await asyncio.to_thread(lambda: resume_value(review.request, decisions))


async def judge_reply(message: Inbound, review: Review) -> Decision | None:
    """The decision that a reply is, if it is one. Raises FormValidationError."""
    return await asyncio.to_thread(lambda: parse_reply(message.text, review.request))
