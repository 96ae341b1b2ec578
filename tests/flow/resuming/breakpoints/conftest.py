"""Graphs with breakpoints, and what people decide at them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.flow.decisions.decide import DecisionRequest
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.thread import ThreadRef
from tests.flow.graphs.breakpoint_graphs import everything, failing, paid
from tests.support.harness import CHANNEL, TEAM, Harness, a_thread, open_harness

APPROVE, EDIT, REJECT, RESPOND = (
    DecisionKind.APPROVE,
    DecisionKind.EDIT,
    DecisionKind.REJECT,
    DecisionKind.RESPOND,
)


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    failing.clear()
    paid.clear()
    async with open_harness(database_url, everything()) as opened:
        yield opened


async def begun(harness: Harness, graph: str, text: str) -> tuple[ThreadRef, Approval]:
    thread = a_thread()
    await harness.say(thread, f"{graph}: {text}")
    return thread, await harness.the_card(thread)


async def decide(harness: Harness, approval: Approval, *decisions: Decision, run: bool = True) -> None:
    request = DecisionRequest(
        approval_id=approval.id,
        digest=approval.digest,
        channel=CHANNEL,
        decisions=dict(enumerate(decisions)),
        via="button",
    )
    await harness.decide(request, await harness.slack.person("UBOB", TEAM))
    if run:
        await harness.run_thread(approval.thread_id)


async def status(harness: Harness, approval: Approval) -> Status:
    review = await harness.threads.approval(approval.id)
    assert review is not None
    return review.approval.status


def results(harness: Harness) -> list[dict[str, Any]]:
    bodies: list[Any] = [row.body for row in harness.slack.of(OutgoingKind.RESULT)]
    return [body["values"] for body in bodies]
