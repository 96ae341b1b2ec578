"""Breakpoints: what people are asked, what then runs, and that nothing runs unasked, whatever happens."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from countersign.flow.decisions.decide import DecisionRequest
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.interrupts import FormValidationError
from tests.approvals.policy.policies import a_policy
from tests.flow.graphs.breakpoint_graphs import everything, failing, letters, paid, payments
from tests.support.harness import CHANNEL, TEAM, Harness, a_thread, asked, open_harness

APPROVE, EDIT, REJECT, RESPOND = (
    DecisionKind.APPROVE,
    DecisionKind.EDIT,
    DecisionKind.REJECT,
    DecisionKind.RESPOND,
)
AGENTS = ["agent", "own_agent", "nested_agent"]


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


def said(harness: Harness) -> list[str]:
    return harness.slack.texts(OutgoingKind.AGENT_MESSAGE)


def results(harness: Harness) -> list[dict[str, Any]]:
    bodies: list[Any] = [row.body for row in harness.slack.of(OutgoingKind.RESULT)]
    return [body["values"] for body in bodies]


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


@pytest.mark.parametrize("graph", ["before", "after", "by_command", "nested_letters"])
async def test_a_breakpoint_at_any_step_shows_the_state_and_goes_on(harness: Harness, graph: str) -> None:
    thread, card = await begun(harness, graph, "hello")
    request = Review(card).request
    shown = {part.label: part.value for part in request.rows[0].parts}
    assert shown == {"text": "HELLO", "log": ["written"], "copies": 1}
    assert request.title == "Run the step send?"
    assert request.description == (
        "The agent stopped after “Write”." if graph == "after" else "The agent stopped before “Send”."
    )

    await decide(harness, card, Decision(kind=APPROVE))

    assert results(harness) == [{"text": "HELLO", "log": ["written", "sent HELLO x1"], "copies": 1}]
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]


@pytest.mark.parametrize("graph", ["before", "after", "by_command", "nested_letters"])
async def test_the_step_runs_with_the_state_as_people_changed_it(harness: Harness, graph: str) -> None:
    _, card = await begun(harness, graph, "hello")
    changed: dict[str, Json] = {"text": "Goodbye", "log": ["corrected"], "copies": 3}

    await decide(harness, card, Decision(kind=EDIT, value=changed))

    assert results(harness) == [{**changed, "log": ["corrected", "sent Goodbye x3"]}]


@pytest.mark.parametrize("graph", ["before", "after", "by_command", "nested_letters"])
async def test_a_rejected_step_stops_the_run_and_the_thread_says_so(harness: Harness, graph: str) -> None:
    thread, card = await begun(harness, graph, "hello")

    await decide(harness, card, Decision(kind=REJECT, message="No."))

    assert results(harness) == []
    (note,) = harness.slack.texts(OutgoingKind.NOTE)
    assert "stopped" in note
    await harness.say(thread, "again")
    assert (await harness.the_card(thread)).id != card.id


async def test_every_step_is_asked_for_where_all_are_breakpoints(harness: Harness) -> None:
    thread, card = await begun(harness, "everywhere", "hello")
    assert Review(card).request.title == "Run the step write?"
    await decide(harness, card, Decision(kind=APPROVE))
    card = await harness.the_card(thread)
    assert Review(card).request.title == "Run the step send?"
    await decide(harness, card, Decision(kind=APPROVE))
    assert results(harness)[0]["log"] == ["written", "sent HELLO x1"]


async def test_a_breakpoint_after_the_last_step_is_the_end(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "after_the_last: hello")
    assert await harness.pending(thread) == []
    assert results(harness)[0]["log"] == ["written", "sent HELLO x1"]


async def test_what_a_node_raised_is_answered_by_a_change_of_the_state(harness: Harness) -> None:
    thread, card = await begun(harness, "dynamic", "far too long")
    request = Review(card).request
    assert request.title == "The step check stopped"
    assert request.description == "FAR TOO LONG is longer than 5 letters"
    assert {kind.value for kind in request.rows[0].allowed} == {"edit", "reject", "respond"}

    state: dict[str, Json] = {"text": "STILL TOO LONG", "log": ["written"], "copies": 1}
    await decide(harness, card, Decision(kind=EDIT, value=state))
    again = await harness.the_card(thread)
    assert Review(again).request.description == "STILL TOO LONG is longer than 5 letters"
    assert await status(harness, card) is Status.RESUMED
    await decide(harness, again, Decision(kind=EDIT, value={**state, "text": "short"}))

    assert results(harness)[0]["log"] == ["written", "checked short", "sent short x1"]


async def test_a_step_that_raised_can_be_skipped(harness: Harness) -> None:
    _, card = await begun(harness, "dynamic", "far too long")

    await decide(harness, card, Review(card).request.rows[0].choose(0))

    assert results(harness)[0]["log"] == ["written", "sent FAR TOO LONG x1"]


async def test_a_breakpoint_that_nobody_can_see_is_passed_by_nobody(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "hidden: hello")
    (stopped,) = harness.slack.of(OutgoingKind.FAILURE)
    assert isinstance(stopped.body, dict)
    assert "can't be approved here" in str(stopped.body["text"])
    assert stopped.body["try_again"] is False

    await harness.take(asked(thread, InboundKind.RETRY))  # as `countersign halted --retry` asks for it
    await harness.take(asked(thread, InboundKind.RETRY))

    assert results(harness) == []
    assert len(harness.slack.of(OutgoingKind.FAILURE)) == 1
    assert "can't be approved here" in harness.slack.texts(OutgoingKind.NOTE)[-1]
    await harness.say(thread, "once more")
    assert results(harness) == []
    assert len(harness.slack.of(OutgoingKind.FAILURE)) == 2


async def test_a_state_that_its_type_does_not_take_is_refused_at_its_field(harness: Harness) -> None:
    _, card = await begun(harness, "before", "hello")
    row = Review(card).request.rows[0]
    with pytest.raises(FormValidationError) as refused:
        row.decide(EDIT, {"/copies": "many"})
    assert set(refused.value.errors) == {"/copies"}


async def test_a_breakpoint_is_under_the_policy_call_by_call(harness: Harness) -> None:
    harness.policy.policy = a_policy(
        """
        [[rule]]
        name = "small"
        action = "pay"
        when = "args.amount < 6"
        auto = "approve"

        [[rule]]
        name = "large"
        action = "pay"
        approvers = [{users = ["UCAROL"]}]
        """
    )
    thread, card = await begun(harness, "agent", payments((5, "ann"), (7, "bo")))
    assert card.open_rows == (1,)
    assert not paid
    with pytest.raises(MayNotDecide):
        await harness.vote(card, APPROVE, user="UBOB", row=1)

    await harness.vote(card, APPROVE, user="UCAROL", row=1)
    await harness.run_thread(thread.id)

    assert dict(paid) == {"5 to ann": 1, "7 to bo": 1}
    assert await harness.ledger(thread) == ["opened", "voted", "refused", "decided", "resumed"]


async def test_a_step_at_a_breakpoint_is_under_the_policy(harness: Harness) -> None:
    harness.policy.policy = a_policy(
        """
        [[rule]]
        name = "letters"
        action = "breakpoint"
        when = "'send' in args.before && args.state.copies == 1"
        auto = "reject"
        """
    )
    thread = a_thread()
    await harness.say(thread, "before: hello")
    assert await harness.pending(thread) == []
    assert results(harness) == []
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]


async def test_an_answer_lets_no_other_branch_past_its_breakpoint(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "side_by_side: hello")
    cards = await harness.pending(thread)
    stop = next(card for card in cards if "countersign_breakpoint" in str(card.value))
    (question,) = [card for card in cards if card.id != stop.id]

    await harness.answer(question, RESPOND, "red")

    assert await status(harness, question) is Status.PENDING
    assert await status(harness, stop) is Status.PENDING
    await decide(harness, stop, Decision(kind=APPROVE))
    (question,) = await harness.pending(thread)
    await harness.answer(question, RESPOND, "red")
    (result,) = results(harness)
    assert sorted(result["log"]) == ["answered red", "copied", "prepared"]


async def test_a_subgraphs_state_is_edited_where_no_edge_leads_to_the_next_step(harness: Harness) -> None:
    _, card = await begun(harness, "nested_by_command", "hello")
    edited = Review(card).request.rows[0].decide(EDIT, {"/text": "BYE"})
    await decide(harness, card, edited)
    assert results(harness)[0]["log"][-1] == "sent BYE x1"
