"""*Cancel run* on a real database: a question that takes no rejection is refused, and its run ends."""

import json
from collections.abc import AsyncIterator

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.audit import EntryHasher
from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import MayNotDecide, NotPending
from countersign.approvals.lifecycle import Outcome, Status
from countersign.approvals.policy.policy import NO_POLICY
from countersign.approvals.policy.voting.permission import ReasonMissing
from countersign.flow.decisions.cancel import CancelApproval
from countersign.flow.decisions.decide import DecisionRequest
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.interrupts import InvalidDecision, run_cancellation
from countersign.store.approvals.ledger import Ledger
from tests.approvals.policy.policies import a_policy
from tests.flow.graphs.prepared_graphs import answer_only_prepared
from tests.support.harness import CHANNEL, TEAM, Harness, a_thread, now, open_harness
from tests.support.under_policy import notes, stored

START_OVER = "The agent does nothing more. To start over, send a new message here."
RULE = '[[rule]]\nname = "r"\n'


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    async with open_harness(database_url, answer_only_prepared()) as opened:
        yield opened


async def asked(harness: Harness, text: str, policy: str = RULE) -> tuple[ThreadRef, Approval]:
    harness.policy.policy = a_policy(policy) if policy else NO_POLICY
    thread = a_thread()
    await harness.say(thread, text)
    return thread, (await harness.pending(thread))[0]


async def cancel_run(
    harness: Harness, card: Approval, reason: str | None = None, user: str = "UBOB", row: int = 0
) -> Approval:
    request = DecisionRequest(
        approval_id=card.id,
        digest=card.digest_of(row),
        channel=CHANNEL,
        decisions={row: run_cancellation(reason)},
        via="form",
    )
    return (await harness.decide(request, await harness.slack.person(user, TEAM))).approval


@pytest.mark.parametrize("policy", ["", RULE])
@pytest.mark.parametrize(
    "graph", ["words", "draft", "options", "anything", "batch", "entrypoint", "nested", "twice"]
)
async def test_the_run_ends_without_an_answer_and_the_thread_can_begin_again(
    harness: Harness, graph: str, policy: str
) -> None:
    thread, card = await asked(harness, f"{graph}: go", policy)
    decided = await cancel_run(harness, card, "not needed")
    assert (decided.status, decided.outcome) == (Status.DECIDED, Outcome.CANCELLED)
    await harness.run_thread(thread.id)

    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == [], "the graph went on"
    assert harness.slack.texts(OutgoingKind.RESULT) == []
    assert notes(harness) == [f"Run cancelled by ubob: not needed\n{START_OVER}"]
    assert (await stored(harness, card)).status is Status.CANCELLED
    assert await harness.ledger(thread) == ["opened", "decided", "run_cancelled"]
    assert await harness.pending(thread) == []

    await harness.say(thread, "again")
    (again,) = await harness.pending(thread)
    assert again.id != card.id


async def test_a_tool_call_that_was_asked_about_does_not_stay_without_a_result(harness: Harness) -> None:
    """A model refuses a history in which a call has none, so the thread would be lost."""
    thread, card = await asked(harness, "tool: go")
    await cancel_run(harness, card)
    await harness.run_thread(thread.id)
    await harness.say(thread, "something else")
    (said,) = harness.slack.texts(OutgoingKind.AGENT_MESSAGE)
    assert said == "got A person stopped this call. It gave no result."


async def test_the_second_question_of_a_node_is_refused_as_the_first_is(harness: Harness) -> None:
    thread, first = await asked(harness, "twice: go")
    await harness.answer(first, DecisionKind.RESPOND, "Paris")
    second = await harness.the_card(thread)
    await cancel_run(harness, second)
    await harness.run_thread(thread.id)
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == []
    await harness.say(thread, "again")
    assert (await harness.the_card(thread)).value == "Which city?"


async def test_the_rule_says_who_may_and_how_many_it_takes(harness: Harness) -> None:
    policy = RULE + 'approvers = [{group = "@finance"}]\nrejections = 2\nreason = "reject"\n'
    harness.directory.groups = {"@finance": {"UBOB", "UCAROL"}}
    thread, card = await asked(harness, "draft: go", policy)
    with pytest.raises(MayNotDecide, match="Only @finance"):
        await cancel_run(harness, card, "no", "UDAVE")
    with pytest.raises(ReasonMissing):
        await cancel_run(harness, card)
    once = await cancel_run(harness, card, "wrong tone")
    assert once.status is Status.PENDING
    await harness.run_thread(thread.id)
    await cancel_run(harness, once, "I agree", "UCAROL")
    await harness.run_thread(thread.id)
    (said,) = notes(harness)
    assert said.startswith(
        "Run cancelled by ubob and ucarol. Reason of ubob: wrong tone Reason of ucarol: I agree\n"
    )
    assert await harness.ledger(thread) == ["opened", "refused", "voted", "decided", "run_cancelled"]


async def test_a_rule_without_reject_keeps_it_from_all_but_the_requester(harness: Harness) -> None:
    thread, card = await asked(harness, "draft: go", RULE + 'decisions = ["approve", "edit"]\n')
    assert Review(card).request.rows[0].cancellation is None
    with pytest.raises((InvalidDecision, MayNotDecide)):
        await cancel_run(harness, card)
    by = await harness.slack.person("UALICE", CHANNEL)
    ledger = Ledger(harness.pool, EntryHasher())
    cancel = CancelApproval(harness.threads, now, ledger=ledger)
    cancelled = await cancel(card.id, card.digest, CHANNEL, by, "no longer needed")
    assert cancelled.approval.ends_run
    await harness.run_thread(thread.id)
    (said,) = notes(harness)
    assert said.startswith("Run cancelled by ualice: no longer needed\n")
    assert await harness.ledger(thread) == ["opened", "cancelled", "run_cancelled"]
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == []


async def test_where_the_graph_takes_a_rejection_its_run_cannot_be_cancelled(harness: Harness) -> None:
    _, card = await asked(harness, "pay: go")
    with pytest.raises(InvalidDecision):
        await cancel_run(harness, card)
    await harness.answer(card, DecisionKind.REJECT)
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == [json.dumps({"got": False})]


async def test_what_else_the_run_waited_for_is_withdrawn_decided_or_not(harness: Harness) -> None:
    """An approval of another branch never looks as if the graph had taken it."""
    for first in (True, False):
        thread, _ = await asked(harness, "branches: go")
        city, pay = await harness.pending(thread)
        assert city.value == "Which city?"
        if first:
            await harness.vote(pay, DecisionKind.APPROVE)
        await cancel_run(harness, city)
        await harness.run_thread(thread.id)
        other = await stored(harness, pay)
        assert (other.status, other.outcome) == (Status.WITHDRAWN, Outcome.WITHDRAWN)
        assert other.status_reason == "The run was cancelled."
        assert (await stored(harness, city)).status is Status.CANCELLED
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == []


async def test_a_cancelled_run_cannot_be_undone_or_decided_again(harness: Harness) -> None:
    thread, card = await asked(harness, "draft: go", RULE + "undo = 30\n")
    cancelled = await cancel_run(harness, card)
    assert not cancelled.is_undoable
    for late in (
        cancel_run(harness, card, user="UCAROL"),
        harness.vote(card, DecisionKind.APPROVE, user="UCAROL"),
    ):
        with pytest.raises(NotPending, match="Run cancelled by ubob"):
            await late
    await harness.run_thread(thread.id)
    await harness.run_thread(thread.id)
    assert len(notes(harness)) == 1


async def test_a_crash_between_the_end_of_the_run_and_our_row_changes_nothing(harness: Harness) -> None:
    thread, _ = await asked(harness, "branches: go")
    city, pay = await harness.pending(thread)
    await harness.vote(pay, DecisionKind.APPROVE)
    await cancel_run(harness, city)
    async with (
        harness.locks.hold(thread.id) as session,
        harness.graphs.bind("branches", thread, session) as graph,
    ):
        await graph.read()
        await graph.abandon()
    await harness.run_thread(thread.id)
    assert (await stored(harness, city)).status is Status.CANCELLED
    assert (await stored(harness, pay)).status is Status.WITHDRAWN
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == []


async def test_a_card_of_another_question_of_the_run_refuses_nothing(harness: Harness) -> None:
    """The graph was answered elsewhere and asks its second question now: that one stays."""
    thread, first = await asked(harness, "twice: go")
    await cancel_run(harness, first)
    async with (
        harness.locks.hold(thread.id) as session,
        harness.graphs.bind("twice", thread, session) as graph,
    ):
        await graph.read()
        await graph.resume(first.interrupt_id, "Paris")
    await harness.run_thread(thread.id)
    assert (await stored(harness, first)).status is Status.WITHDRAWN
    (second,) = await harness.pending(thread)
    assert second.value == "Which hotel?"
