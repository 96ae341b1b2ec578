"""Votes taken back, delegated and cast in the same moment from two replicas, on a real database."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.assignment.delegation import Delegation
from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import MayNotDecide, NotPending
from countersign.approvals.lifecycle import Status
from countersign.flow.decisions.delegations import ManageDelegations
from countersign.flow.decisions.withdraw_vote import WithdrawVote
from countersign.flow.errors import Conflict
from countersign.flow.policy.voting import Voting
from tests.flow.decisions.decision_barrier import barrier_before_decisions
from tests.flow.graphs.asking_graphs import refunds
from tests.flow.graphs.prepared_graphs import by_dialect_prepared
from tests.flow.timers.still_harness import NAMED
from tests.support.fakes.clocks import StillClock
from tests.support.fakes.fake_delegations import delegation
from tests.support.harness import CHANNEL, TEAM, Harness, open_harness, until
from tests.support.under_policy import card_under, stored

YES = DecisionKind.APPROVE
TWO = NAMED + 'approvers = [{group = "@finance", count = 2}]\n'


@pytest.fixture
async def harness(database_url: str, clock: StillClock) -> AsyncIterator[Harness]:
    async with open_harness(database_url, by_dialect_prepared(), clock=clock) as opened:
        opened.directory.groups = {"@finance": {"UBOB", "UCAROL"}}
        yield opened


async def delegated(
    harness: Harness, clock: StillClock, delegator: str, delegate: str, hours: int
) -> Delegation:
    new = delegation(delegator, delegate, starts_at=clock(), lasts=timedelta(hours=hours), team=TEAM)

    def any_is_fine(_active: Sequence[Delegation]) -> None:
        return None

    await harness.delegations.start(new, await harness.slack.person(delegator, None), any_is_fine, ())
    return new


@pytest.mark.parametrize("round_", range(4))
async def test_the_last_vote_is_taken_back_while_the_decision_is_saved(
    database_url: str, clock: StillClock, round_: int
) -> None:
    """Both read one vote of two. Whichever is saved first, nothing is ever decided by one vote."""
    gate, wrap = barrier_before_decisions()
    async with open_harness(database_url, {"one": refunds(1500)}, clock=clock, wrap=wrap) as harness:
        harness.directory.groups = {"@finance": {"UBOB", "UCAROL"}}
        thread, card = await card_under(harness, TWO)
        gate[0].used = 2
        half = await harness.vote(card, YES, user="UBOB")
        gate[0].used = 0
        withdraw = WithdrawVote(gate[0], Voting(harness.policy, harness.directory, clock))
        bob = await harness.slack.person("UBOB", None)

        async def takes_back() -> object:
            await until(gate[0].has_one)
            return await withdraw(half.id, 0, CHANNEL, bob)

        completes = harness.vote(half, YES, user="UCAROL")
        voted, taken_back = await asyncio.gather(completes, takes_back(), return_exceptions=True)
        after = await stored(harness, card)
        ledger = await harness.ledger(thread)
        if after.status is Status.DECIDED:
            assert ledger == ["opened", "voted", "decided"]
            assert isinstance(taken_back, NotPending)
            assert {vote.by.id for vote in after.votes_on(0).votes} == {"UBOB", "UCAROL"}
        else:
            assert isinstance(voted, Conflict), "it was told to look again"
            assert ledger == ["opened", "voted", "vote_withdrawn"]
            assert after.votes_on(0).votes == ()


async def test_a_delegate_and_whoever_is_away_vote_in_the_same_moment(
    harness: Harness, clock: StillClock
) -> None:
    """From two replicas: they count once, so a third approval is still needed."""
    await delegated(harness, clock, "UBOB", "UDORA", 24)
    thread, card = await card_under(harness, TWO)

    votes = (harness.vote_until_saved(card, YES, user=user) for user in ("UBOB", "UDORA"))
    results = await asyncio.gather(*votes, return_exceptions=True)
    assert all(isinstance(result, Approval | MayNotDecide) for result in results)
    waiting = await harness.the_card(thread)
    assert waiting.status is Status.PENDING
    decided = await harness.vote(waiting, YES, user="UCAROL")
    assert decided.status is Status.DECIDED


async def test_a_vote_for_somebody_else_counts_while_the_delegation_lasts(
    harness: Harness, clock: StillClock
) -> None:
    await delegated(harness, clock, "UBOB", "UDORA", 1)
    thread, card = await card_under(harness, TWO)
    await harness.vote(card, YES, user="UDORA")
    clock.now += timedelta(hours=1)
    still_open = await harness.vote(await harness.the_card(thread), YES, user="UCAROL")
    assert still_open.status is Status.PENDING, "nobody counts for bob any more"
    with pytest.raises(MayNotDecide):
        await harness.vote(await other(harness), YES, user="UDORA")
    decided = await harness.vote(await harness.the_card(thread), YES, user="UBOB")
    assert decided.status is Status.DECIDED
    assert await ManageDelegations(harness.delegations, clock).end_lapsed() == 1


async def other(harness: Harness) -> Approval:
    _, card = await card_under(harness, TWO)
    return card


@pytest.mark.parametrize("notify", ['"approvers"', '["UCAROL", "UBOB"]'])
async def test_who_is_notified_includes_the_delegate(
    harness: Harness, clock: StillClock, notify: str
) -> None:
    await delegated(harness, clock, "UBOB", "UDORA", 24)
    _, card = await card_under(harness, TWO + f"notify = {notify}\n")
    told = await harness.rows(
        "SELECT channel FROM countersign.outbox WHERE kind = 'direct' AND approval_id = %s ORDER BY 1",
        card.id,
    )
    assert [row["channel"] for row in told] == ["UBOB", "UCAROL", "UDORA"]


async def test_a_policy_without_the_rule_leaves_its_seats_and_its_delegates(
    harness: Harness, clock: StillClock
) -> None:
    """The rule is stored with the approval: the file may have lost it since."""
    await delegated(harness, clock, "UBOB", "UDORA", 24)
    thread, card = await card_under(harness, TWO)
    harness.policy.policy = type(harness.policy.policy)()
    with pytest.raises(MayNotDecide):
        await harness.vote(card, YES, user="UEVE")
    await harness.vote(card, YES, user="UDORA")
    decided = await harness.vote(await harness.the_card(thread), YES, user="UCAROL")
    assert decided.status is Status.DECIDED
