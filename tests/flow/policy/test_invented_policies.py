"""Policies that resemble no example: overlapping groups, somebody away, edits, a freeze, and two replicas."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import Expired, MayNotDecide, NotPending
from countersign.approvals.lifecycle import Status
from countersign.flow.decisions.withdraw_vote import WithdrawVote
from countersign.flow.errors import Conflict
from countersign.flow.policy.voting import Voting
from tests.flow.graphs.asking_graphs import by_dialect, refunds
from tests.flow.policy.attacks.test_approval_attacks import freeze
from tests.flow.policy.attacks.test_people_who_change import delegated
from tests.support.fakes.clocks import StillClock
from tests.support.harness import CHANNEL, Harness, open_harness
from tests.support.under_policy import card_under, last_agent_message, notes, stored

YES, NO, EDIT = DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.EDIT
# Two of the north, one of the south and one more of either; Ann is in both, and the council covers for all.
TREATY = """
[[rule]]
name = "treaty"
approvers = [{group = "@north", count = 2}, {group = "@south"}]
quorum = 4
rejections = 2
requester_may_decide = false
escalate_after = "1h"
escalate_to = {group = "@council"}
expire_after = "4h"
on_expiry = "approve"
freeze = "f.ics"
break_glass = [{group = "@council"}]
"""
# One seat, which its only holder loses by an edit.
EDITOR = '[[rule]]\nname = "r"\napprovers = [{group = "@south"}]\nrequester_may_decide = false\n'


@pytest.fixture
async def harness(database_url: str, clock: StillClock) -> AsyncIterator[Harness]:
    async with open_harness(database_url, {"one": refunds(1500), **by_dialect()}, clock=clock) as opened:
        opened.directory.groups = {
            "@north": {"UANN", "UBEN", "UEVE", "UALICE"},
            "@south": {"UANN", "UCID", "UFAY"},
            "@council": {"UCOX", "UCUI"},
        }
        yield opened


async def says(harness: Harness, card: Approval, kind: DecisionKind, user: str, why: str = "") -> Approval:
    current = await stored(harness, card)
    return await harness.decide_row(current, Decision(kind=kind, message=why or None), user=user)


def later(clock: StillClock) -> str:
    return freeze(clock.now + timedelta(days=9), clock.now + timedelta(days=10))


def now(clock: StillClock) -> str:
    return freeze(clock.now - timedelta(hours=1), clock.now + timedelta(hours=10))


async def test_four_signatures_of_two_camps_with_an_edit_an_absence_and_an_escalation(
    harness: Harness, clock: StillClock
) -> None:
    thread, card = await card_under(harness, TREATY, "one: go", f=later(clock))
    await delegated(harness, clock, "UBEN", "UDORA", 24)
    await says(harness, card, YES, "UANN")
    with pytest.raises(MayNotDecide, match="You asked for this"):
        await says(harness, card, YES, "UALICE")
    edited = await harness.vote(await stored(harness, card), EDIT, {"amount": 1400, "to": "Ann"}, user="UCID")
    assert [vote.by.id for vote in edited.votes_on(0).votes] == ["UCID"], "ann's was for the old amount"
    with pytest.raises(MayNotDecide, match="You edited this last"):
        await says(harness, card, YES, "UCID")

    await says(harness, card, YES, "UDORA")  # for ben, of the north
    await says(harness, card, YES, "UANN")  # who leaves the north to the council, and sits for the south
    with pytest.raises(MayNotDecide, match="Only @north and @south"):
        await says(harness, card, YES, "UCOX")
    clock.now += timedelta(hours=1)
    await harness.timers.run_due()
    assert (await says(harness, card, YES, "UCOX")).status is Status.PENDING
    assert (await says(harness, card, YES, "UCUI", "urgent")).status is Status.DECIDED
    assert "break_glass" not in await harness.ledger(thread), "enough had signed"
    await harness.run_thread(thread.id)
    assert "1400" in last_agent_message(harness)


async def test_a_quorum_waits_out_a_freeze_in_which_it_would_have_expired(
    harness: Harness, clock: StillClock
) -> None:
    during = freeze(clock.now + timedelta(hours=2), clock.now + timedelta(hours=6))
    thread, card = await card_under(harness, TREATY, "one: go", f=during)
    for user in ("UANN", "UBEN", "UEVE"):
        await says(harness, card, YES, user, "as agreed")
    clock.now += timedelta(hours=3)
    await harness.timers.run_due()
    for user in ("UFAY", "UDORA"):
        with pytest.raises(MayNotDecide, match="A freeze is on"):
            await says(harness, card, YES, user, "as agreed")
    clock.now += timedelta(hours=1)
    with pytest.raises(Expired):
        await says(harness, card, YES, "UCOX", "in time?")
    await harness.timers.run_due()
    assert "It stays open: a freeze is on." in notes(harness)[-1]
    clock.now += timedelta(hours=2)
    assert (await says(harness, card, YES, "UFAY", "at last")).status is Status.DECIDED
    assert "break_glass" not in await harness.ledger(thread)


async def test_two_break_the_glass_in_the_same_moment_from_two_replicas(
    harness: Harness, clock: StillClock
) -> None:
    thread, card = await card_under(harness, TREATY, "one: go", f=now(clock))
    votes = (says(harness, card, YES, user, f"{user} knows why") for user in ("UCOX", "UCUI"))
    results = await asyncio.gather(*votes, return_exceptions=True)
    assert sum(isinstance(each, Approval) for each in results) == 1
    assert sum(isinstance(each, NotPending | Conflict) for each in results) == 1
    uses = await harness.rows("SELECT by_name, reason FROM countersign.glass_breaks")
    assert len(uses) == 1
    assert (await harness.ledger(thread)).count("break_glass") == 1


async def test_a_vote_in_the_freeze_is_taken_back_while_the_glass_is_broken(
    harness: Harness, clock: StillClock
) -> None:
    """Whichever is first: it is decided alone, once, by whoever meant to."""
    soon = freeze(clock.now + timedelta(hours=1), clock.now + timedelta(hours=6))
    thread, card = await card_under(harness, TREATY, "one: go", f=soon)
    await says(harness, card, YES, "UANN", "as agreed")
    clock.now += timedelta(hours=1)
    withdraw = WithdrawVote(harness.threads, Voting(harness.policy, harness.directory, clock))
    ann = await harness.directory.person("UANN", CHANNEL)

    async def breaks() -> Approval:
        while True:
            with suppress(Conflict):
                return await says(harness, card, YES, "UCOX", "it burns")

    done, taken = await asyncio.gather(breaks(), withdraw(card.id, 0, CHANNEL, ann), return_exceptions=True)
    assert isinstance(done, Approval), done
    decided = await stored(harness, card)
    assert decided.status is Status.DECIDED
    (vote,) = decided.votes
    assert vote is not None
    assert (vote.by.id, vote.broke_glass) == ("UCOX", True)
    events = await harness.ledger(thread)
    assert events[-2:] == ["decided", "break_glass"]
    assert ("vote_withdrawn" in events) is not isinstance(taken, BaseException)


async def test_an_edit_that_leaves_nobody_to_approve_it_is_told_at_once(harness: Harness) -> None:
    """Its editor held the only seat, and may not decide what they edited."""
    harness.directory.groups["@south"] = {"UCID"}
    _, card = await card_under(harness, EDITOR, "one: go")
    assert notes(harness) == []
    edited = await harness.vote(card, EDIT, {"amount": 1400, "to": "Ann"}, user="UCID")
    assert edited.status is Status.PENDING
    told = await harness.rows("SELECT body FROM countersign.outbox WHERE key LIKE 'note:unfillable:%%'")
    assert len(told) == 1
    assert "its only members asked for this or edited it" in str(told)
