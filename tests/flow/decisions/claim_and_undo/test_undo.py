"""A decision that can be taken back: it reaches the graph once its undo period is over."""

import asyncio
from datetime import timedelta

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import NotPending
from countersign.approvals.lifecycle import Status
from countersign.approvals.policy.voting.row_votes import NothingToWithdraw
from countersign.flow.decisions.undo import UndoDecision
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.policy.voting import Voting
from tests.flow.decisions.decision_barrier import barrier_before_decisions
from tests.flow.graphs.asking_graphs import refunds
from tests.flow.timers.still_harness import NAMED, harness
from tests.support.fakes.clocks import StillClock
from tests.support.harness import CHANNEL, Harness, open_harness
from tests.support.under_policy import card_under, last_agent_message, notes, stored, title

__all__ = ["harness"]

YES, EDIT, NO = DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.REJECT
HOUR = timedelta(hours=1)


UNDO = NAMED + "undo = 30\n"


def undo_of(harness: Harness, clock: StillClock) -> UndoDecision:
    return UndoDecision(harness.threads, Voting(harness.policy, harness.directory, clock), clock)


async def test_a_decision_reaches_the_graph_once_it_can_no_longer_be_undone(
    harness: Harness, clock: StillClock
) -> None:
    thread, card = await card_under(harness, UNDO)
    decided = await harness.vote(card, YES, user="UBOB")
    assert decided.undo_until == clock.now + timedelta(seconds=30)
    await harness.run_thread(thread.id)
    assert await harness.threads.requeue_orphaned() == ()
    assert not harness.slack.texts(OutgoingKind.AGENT_MESSAGE)
    assert notes(harness) == []
    clock.now += timedelta(seconds=30)
    await harness.timers.run_due()
    assert notes(harness) == [f"Approved by ubob: “{title(card)}”."]
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"
    assert await harness.ledger(thread) == ["opened", "decided", "sent", "resumed"]


async def test_undo_takes_one_vote_back_and_leaves_the_others(harness: Harness, clock: StillClock) -> None:
    thread, card = await card_under(harness, UNDO + "quorum = 2\n")
    await harness.vote(card, YES, user="UBOB")
    await harness.vote(await harness.the_card(thread), YES, user="UCAROL")
    carol = await harness.slack.person("UCAROL")
    undone = (await undo_of(harness, clock)(card.id, CHANNEL, carol)).approval
    assert undone.status is Status.PENDING
    assert [vote.by.id for vote in undone.votes_on(0).votes] == ["UBOB"]
    assert [str(needed) for needed in undone.votes_on(0).needed] == ["one of the workspace's members"]
    clock.now += HOUR
    assert await harness.timers.run_due() == 0
    await harness.run_thread(thread.id)
    assert await harness.ledger(thread) == ["opened", "voted", "decided", "undone"]
    await harness.vote(await harness.the_card(thread), YES, user="UCAROL")
    clock.now += HOUR
    await harness.timers.run_due()
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"


async def test_only_who_voted_may_undo_and_only_in_the_undo_period(
    harness: Harness, clock: StillClock
) -> None:
    thread, card = await card_under(harness, UNDO)
    await harness.vote(card, YES, user="UBOB")
    undo = undo_of(harness, clock)
    with pytest.raises(NothingToWithdraw):
        await undo(card.id, CHANNEL, await harness.slack.person("UCAROL"))
    clock.now += timedelta(seconds=30)
    for _ in range(2):  # before its timer fired, and after
        with pytest.raises(NotPending, match="too late"):
            await undo(card.id, CHANNEL, await harness.slack.person("UBOB"))
        await harness.timers.run_due()
    assert await harness.ledger(thread) == ["opened", "decided", "sent"]


async def test_undo_and_the_end_of_its_period_in_the_same_moment(
    database_url: str, clock: StillClock
) -> None:
    """Both have read the decision as undoable: one of them counts."""
    gate, wrap = barrier_before_decisions()
    async with open_harness(database_url, {"one": refunds(1500)}, clock=clock, wrap=wrap) as harness:
        thread, card = await card_under(harness, UNDO)
        gate[0].used = 2
        await harness.vote(card, YES, user="UBOB")
        bob = await harness.slack.person("UBOB")
        early = StillClock()
        early.now = clock.now
        undo = UndoDecision(gate[0], Voting(harness.policy, harness.directory, clock), early)
        clock.now += timedelta(seconds=30)
        gate[0].used = 0
        results = await asyncio.gather(
            harness.timers.run_due(), undo(card.id, CHANNEL, bob), return_exceptions=True
        )
        await harness.run_thread(thread.id)
        refused = [result for result in results if isinstance(result, NotPending)]
        ledger = await harness.ledger(thread)
        if refused:
            assert ledger == ["opened", "decided", "sent", "resumed"]
        else:
            assert ledger == ["opened", "decided", "undone"]
            assert not harness.slack.texts(OutgoingKind.AGENT_MESSAGE)


async def test_a_word_in_the_thread_decides_and_can_be_undone(harness: Harness, clock: StillClock) -> None:
    thread, card = await card_under(harness, UNDO)
    await harness.say(thread, "approve", user="UBOB")
    assert (await stored(harness, card)).is_undoable
    await undo_of(harness, clock)(card.id, CHANNEL, await harness.slack.person("UBOB"))
    assert (await harness.the_card(thread)).open_rows == (0,)
    assert await harness.ledger(thread) == ["opened", "decided", "undone"]


async def test_a_message_in_the_undo_period_is_no_input(harness: Harness, clock: StillClock) -> None:
    thread, card = await card_under(harness, UNDO)
    await harness.vote(card, YES)
    await harness.say(thread, "hello?")
    assert "can still be undone" in notes(harness)[-1]
    assert (await stored(harness, card)).is_undoable
