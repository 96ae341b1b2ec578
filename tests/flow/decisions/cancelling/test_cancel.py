"""The requester cancels, on a real database: who may, what the graph gets, and what the others are told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.audit import EntryHasher
from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import CountersignError, MayNotDecide, NotPending, QuestionChanged
from countersign.approvals.lifecycle import Outcome, Status
from countersign.approvals.person import Standing
from countersign.approvals.policy.policy import NO_POLICY
from countersign.flow.decisions.cancel import CancelApproval, NotCancellable, is_cancellable
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.store.approvals.ledger import Ledger
from tests.approvals.policy.policies import a_policy
from tests.flow.decisions.decision_barrier import barrier_before_decisions
from tests.flow.graphs.asking_graphs import refunds
from tests.flow.graphs.prepared_graphs import by_dialect_prepared
from tests.support.harness import CHANNEL, Harness, a_thread, now, open_harness
from tests.support.under_policy import REQUESTER, notes

YES, NO = DecisionKind.APPROVE, DecisionKind.REJECT
RULE = '[[rule]]\nname = "r"\n'
CANCELLED = "Cancelled by the requester."
REJECTED = f"{{'type': 'reject', 'message': '{CANCELLED}'}}"


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    async with open_harness(database_url, by_dialect_prepared()) as opened:
        yield opened


async def asked(harness: Harness, policy: str = RULE, text: str = "go") -> tuple[ThreadRef, Approval]:
    harness.policy.policy = a_policy(policy) if policy else NO_POLICY
    thread = a_thread()
    await harness.say(thread, text, user=REQUESTER)
    return thread, await harness.the_card(thread)


async def cancel(harness: Harness, card: Approval, user: str = REQUESTER, **other: Any) -> Approval:
    by = other.get("by") or await harness.slack.person(user, CHANNEL)
    ledger = Ledger(harness.pool, EntryHasher())
    use_case = CancelApproval(other.get("store", harness.threads), now, ledger=ledger)
    cancelled = await use_case(card.id, other.get("digest", card.digest), CHANNEL, by)
    await harness.delivery.deliver_thread(CHANNEL, cancelled.thread.ts)
    return cancelled.approval


@pytest.mark.parametrize(
    ("graph", "answer"),
    [
        ("one", f"[{REJECTED}]"),
        ("two", f"[{REJECTED}, {REJECTED}]"),
        ("approve", '{"got": false}'),
        ("inbox", '{"got": [{"type": "ignore", "args": null}]}'),
        ("review", f'{{"got": ["feedback", "{CANCELLED}"]}}'),
    ],
)  # fmt: skip
async def test_the_graph_gets_a_rejection_in_the_words_of_its_dialect(
    harness: Harness, graph: str, answer: str
) -> None:
    thread, card = await asked(harness, text=f"{graph}: go")
    cancelled = await cancel(harness, card)
    assert (cancelled.status, cancelled.outcome) == (Status.DECIDED, Outcome.CANCELLED)
    assert notes(harness) == [f"Cancelled: “{Review(card).shown.title}”. Cancelled by ualice."]

    await harness.run_thread(thread.id)

    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE)[-1] == answer
    stored = await harness.threads.approval(card.id)
    assert stored is not None
    assert (stored.approval.status, stored.approval.outcome) == (Status.CANCELLED, Outcome.CANCELLED)
    assert all(vote is not None and vote.cancelled for vote in stored.approval.votes)
    assert await harness.ledger(thread) == ["opened", "cancelled", "resumed"]


async def test_whoever_may_not_approve_their_own_request_may_cancel_it(harness: Harness) -> None:
    _, card = await asked(
        harness,
        RULE + 'requester_may_decide = false\ndecisions = ["approve"]\nundo = 30\nreason = "always"\n',
    )
    with pytest.raises(MayNotDecide):
        await harness.vote(card, YES, user=REQUESTER)
    cancelled = await cancel(harness, card)
    assert cancelled.outcome is Outcome.CANCELLED
    assert not cancelled.is_undoable, "a cancellation is final"


async def test_nobody_else_may_cancel_and_the_ledger_has_who_tried(harness: Harness) -> None:
    thread, card = await asked(harness)
    why = "Only the person who started this can cancel it."
    with pytest.raises(MayNotDecide, match=why):
        await cancel(harness, card, "UBOB")
    (refused,) = await harness.rows(
        "SELECT actor_id, detail FROM countersign.ledger WHERE thread_id = %s AND event = 'refused'",
        thread.id,
    )
    assert (refused["actor_id"], refused["detail"]["why"]) == ("UBOB", why)
    assert await harness.the_card(thread) == card


async def test_a_guest_who_started_it_may_cancel_and_one_who_left_may_not(harness: Harness) -> None:
    _, card = await asked(harness)
    known = await harness.slack.person(REQUESTER, CHANNEL)
    with pytest.raises(MayNotDecide, match="not in this channel"):
        await cancel(harness, card, by=replace(known, standing=Standing.OUTSIDE))
    cancelled = await cancel(harness, card, by=replace(known, standing=Standing.GUEST))
    assert cancelled.outcome is Outcome.CANCELLED


async def test_what_is_decided_already_cannot_be_cancelled(harness: Harness) -> None:
    thread, card = await asked(harness)
    await harness.vote(card, YES, user="UBOB")
    with pytest.raises(NotPending, match="approved by ubob already"):
        await cancel(harness, card)
    await harness.run_thread(thread.id)
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]


async def test_a_second_press_and_a_late_vote_are_notified_that_it_was_cancelled(harness: Harness) -> None:
    _, card = await asked(harness)
    await cancel(harness, card)
    for late in (cancel(harness, card), harness.vote(card, YES, user="UBOB")):
        with pytest.raises(NotPending, match="Cancelled by ualice"):
            await late
    assert len(notes(harness)) == 1


async def test_a_half_decided_card_is_cancelled_as_a_whole(harness: Harness) -> None:
    thread, card = await asked(harness, text="two: go")
    await harness.vote(card, YES, user="UBOB", row=0)
    await cancel(harness, await harness.the_card(thread))
    await harness.run_thread(thread.id)
    said = harness.slack.texts(OutgoingKind.AGENT_MESSAGE)[-1]
    assert said.count("'reject'") == 2
    assert "approve" not in said


async def test_what_no_rule_governs_is_not_cancelled(harness: Harness) -> None:
    for policy, text in (("", "words: go"), ("", "go"), ('[[rule]]\nname = "r"\naction = "other"\n', "go")):
        thread, card = await asked(harness, policy, text)
        assert not is_cancellable(Review(card))
        with pytest.raises(NotCancellable):
            await cancel(harness, card)
        assert await harness.the_card(thread) == card


async def test_a_card_of_another_question_or_channel_cancels_nothing(harness: Harness) -> None:
    thread, card = await asked(harness)
    with pytest.raises(QuestionChanged):
        await cancel(harness, card, digest="0" * 64)
    by = await harness.slack.person(REQUESTER, CHANNEL)
    with pytest.raises(NotPending):
        await CancelApproval(harness.threads, now)(card.id, card.digest, "C0OTHER0000", by)
    assert await harness.the_card(thread) == card


@pytest.mark.parametrize("round_", range(4))
async def test_a_cancellation_and_a_decision_in_the_same_moment(database_url: str, round_: int) -> None:
    """Both have read the approval as pending: one of them counts, and the graph gets that one."""
    gate, wrap = barrier_before_decisions()
    async with open_harness(database_url, {"one": refunds(1500)}, wrap=wrap) as harness:
        thread, card = await asked(harness)
        both = [cancel(harness, card, store=gate[0]), harness.vote(card, YES, user="UBOB")]
        results = await asyncio.gather(*(both if round_ % 2 else both[::-1]), return_exceptions=True)
        (won,) = [result for result in results if isinstance(result, Approval)]
        (lost,) = [result for result in results if isinstance(result, CountersignError)]
        assert isinstance(lost, NotPending)
        await harness.run_thread(thread.id)
        said = harness.slack.texts(OutgoingKind.AGENT_MESSAGE)[-1]
        cancelled = won.outcome is Outcome.CANCELLED
        assert ("'reject'" if cancelled else "'approve'") in said
        happened = "cancelled" if cancelled else "decided"
        assert await harness.ledger(thread) == ["opened", happened, "resumed"]
