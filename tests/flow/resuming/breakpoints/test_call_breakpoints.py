"""Breakpoints before tools: each call is asked about, and runs as it was decided, whatever happens."""

from typing import Any

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.review import Review
from tests.flow.graphs.breakpoint_graphs import failing, letters, paid, payments
from tests.flow.resuming.breakpoints.conftest import (
    APPROVE,
    EDIT,
    REJECT,
    RESPOND,
    begun,
    decide,
    results,
    status,
)
from tests.support.harness import Harness, asked, open_harness

AGENTS = ["agent", "own_agent", "nested_agent"]


def said(harness: Harness) -> list[str]:
    return harness.slack.texts(OutgoingKind.AGENT_MESSAGE)


@pytest.mark.parametrize("graph", AGENTS)
async def test_the_calls_that_wait_before_the_tools_are_a_row_each_and_run_as_shown(
    harness: Harness, graph: str
) -> None:
    thread, card = await begun(harness, graph, payments((5, "ann"), (7, "bo")))
    request = Review(card).request
    assert [row.action for row in request.rows] == ["pay", "pay"]
    assert [row.args for row in request.rows] == [{"amount": 5, "to": "ann"}, {"amount": 7, "to": "bo"}]
    assert {kind.value for kind in request.rows[0].allowed} == {"approve", "edit", "reject"}
    assert "“Tools”" in str(request.description)
    assert not paid

    await decide(harness, card, Decision(kind=APPROVE), Decision(kind=APPROVE))

    assert said(harness) == ["Results: paid 5 to ann | paid 7 to bo"]
    assert dict(paid) == {"5 to ann": 1, "7 to bo": 1}
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]
    assert harness.slack.of(OutgoingKind.FAILURE) == []


@pytest.mark.parametrize("graph", AGENTS)
async def test_an_edited_call_runs_as_edited_and_the_model_sees_it_so(harness: Harness, graph: str) -> None:
    thread, card = await begun(harness, graph, payments((5, "ann"), (7, "bo")))

    edited = Decision(kind=EDIT, value={"amount": 6, "to": "ann"})
    await decide(harness, card, edited, Decision(kind=APPROVE))

    assert said(harness) == ["Results: paid 6 to ann | paid 7 to bo"]
    assert dict(paid) == {"6 to ann": 1, "7 to bo": 1}
    described: Any = await harness.graphs.describe(graph, thread, harness.sessions)
    calls = [m["tool_calls"] for m in described["values"]["messages"] if m.get("tool_calls")]
    assert [[each["args"] for each in made] for made in calls] == [
        [{"amount": 6, "to": "ann"}, {"amount": 7, "to": "bo"}]
    ]


@pytest.mark.parametrize("graph", AGENTS)
async def test_rejected_calls_are_answered_as_refused_and_the_agent_goes_on(
    harness: Harness, graph: str
) -> None:
    _, card = await begun(harness, graph, payments((5, "ann"), (7, "bo")))

    await decide(harness, card, Decision(kind=REJECT, message="too much"), Decision(kind=REJECT))

    assert said(harness) == ["Results: too much | Rejected by a human reviewer."]
    assert not paid
    assert await status(harness, card) is Status.RESUMED


@pytest.mark.parametrize("graph", AGENTS)
async def test_of_several_calls_only_those_run_that_were_approved(harness: Harness, graph: str) -> None:
    _, card = await begun(harness, graph, payments((5, "ann"), (7, "bo"), (9, "cy")))

    edited = Decision(kind=EDIT, value={"amount": 8, "to": "cy"})
    await decide(harness, card, Decision(kind=APPROVE), Decision(kind=REJECT, message="not bo"), edited)

    assert dict(paid) == {"5 to ann": 1, "8 to cy": 1}
    assert said(harness) == ["Results: not bo | paid 5 to ann | paid 8 to cy"]


@pytest.mark.parametrize("graph", AGENTS)
async def test_a_decision_survives_the_end_of_the_process_at_any_point_before_it(
    harness: Harness, graph: str
) -> None:
    """A process that dies before it wrote down what came of its run leaves the same rows."""
    thread, card = await begun(harness, graph, payments((5, "ann")))
    await decide(harness, card, Decision(kind=EDIT, value={"amount": 6, "to": "ann"}), run=False)
    review = await harness.threads.approval(card.id)
    assert review is not None
    async with (
        harness.locks.hold(thread.id) as session,
        harness.graphs.bind(graph, thread, session) as bound,
    ):
        await bound.read()
        await bound.resume(card.interrupt_id, review.approval.answer)
    assert dict(paid) == {"6 to ann": 1}

    await harness.run_thread(thread.id)

    assert dict(paid) == {"6 to ann": 1}
    assert said(harness) == ["Results: paid 6 to ann"]
    assert await status(harness, card) is Status.RESUMED


@pytest.mark.parametrize("graph", AGENTS)
async def test_a_tool_that_fails_after_it_was_approved_runs_again_without_another_card(
    harness: Harness, graph: str
) -> None:
    thread, card = await begun(harness, graph, payments((5, "ann")))
    failing.add("zoe")
    await decide(harness, card, Decision(kind=EDIT, value={"amount": 6, "to": "zoe"}))
    assert len(harness.slack.of(OutgoingKind.FAILURE)) == 1
    assert not paid

    failing.clear()
    await harness.take(asked(thread, InboundKind.RETRY))

    assert dict(paid) == {"6 to zoe": 1}
    assert said(harness) == ["Results: paid 6 to zoe"]
    assert await harness.pending(thread) == []


async def test_a_message_that_was_taken_before_a_crash_does_not_run_past_the_breakpoint(
    harness: Harness,
) -> None:
    """The input is in the checkpoint and nobody wrote down what came of it: recovery asks."""
    thread, card = await begun(harness, "agent", payments((5, "ann")))
    await harness.rows("DELETE FROM countersign.outbox WHERE approval_id = %s", card.id)
    await harness.rows("DELETE FROM countersign.approvals WHERE id = %s", card.id)
    await harness.rows("UPDATE countersign.inbox SET done_at = NULL WHERE thread_id = %s", thread.id)

    await harness.run_thread(thread.id)

    assert not paid
    again = await harness.the_card(thread)
    assert (again.interrupt_id, again.digest) == (card.interrupt_id, card.digest)


@pytest.mark.parametrize("decision", [APPROVE, REJECT])
async def test_a_decision_is_not_used_where_the_breakpoint_is_gone_from_the_code(
    harness: Harness, database_url: str, decision: DecisionKind
) -> None:
    thread, card = await begun(harness, "before", "hello")
    await decide(harness, card, Decision(kind=decision), run=False)

    async with open_harness(database_url, {"before": letters()}) as changed:
        await changed.run_thread(thread.id)
        assert await status(changed, card) is Status.WITHDRAWN
        assert "The agent was changed" in changed.slack.texts(OutgoingKind.NOTE)[0]
        assert results(changed) == []


async def test_a_question_of_a_tool_comes_after_its_breakpoint(harness: Harness) -> None:
    thread, card = await begun(
        harness, "agent", '[{"name": "ask_whom", "args": {"question": "Whom?"}, "id": "c1"}]'
    )
    await decide(harness, card, Decision(kind=APPROVE))
    question = await harness.the_card(thread)
    assert question.value == {"query": "Whom?"}

    await harness.answer(question, RESPOND, "ann")

    assert said(harness) == ["Results: ann"]
    assert await harness.ledger(thread) == ["opened", "decided", "resumed", "opened", "decided", "resumed"]
