"""Who has an approval in hand, on a real database: who may, when it is released, and who may decide."""

from datetime import timedelta

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.assignment.claim import CLAIM_PERIOD
from countersign.approvals.audit import EntryHasher
from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import MayNotDecide, NotPending
from countersign.approvals.lifecycle import Outcome
from countersign.flow.decisions.claim import ClaimApproval, NotClaimable
from countersign.flow.policy.voting import Voting
from countersign.store.approvals.ledger import Ledger
from tests.flow.timers.still_harness import NAMED, harness
from tests.support.fakes.clocks import StillClock
from tests.support.harness import CHANNEL, Harness
from tests.support.under_policy import card_under, stored

__all__ = ["harness"]
YES = DecisionKind.APPROVE
FINANCE = NAMED + 'approvers = [{group = "@finance", count = 2}]\n'


async def claim(harness: Harness, clock: StillClock, card: Approval, user: str) -> Approval:
    use_case = ClaimApproval(
        harness.threads,
        Voting(harness.policy, harness.directory, clock),
        clock,
        Ledger(harness.pool, EntryHasher()),
    )
    return (await use_case(card.id, CHANNEL, await harness.slack.person(user, CHANNEL))).approval


async def holder(harness: Harness, card: Approval) -> str | None:
    held = (await stored(harness, card)).claim
    return held.by.id if held is not None else None


async def test_a_claim_is_taken_over_and_released_by_pressing_again(
    harness: Harness, clock: StillClock
) -> None:
    thread, card = await card_under(harness, FINANCE)
    for user, expected in (("UBOB", "UBOB"), ("UCAROL", "UCAROL"), ("UCAROL", None)):
        await claim(harness, clock, card, user)
        assert await holder(harness, card) == expected
    assert await harness.ledger(thread) == ["opened", "claimed", "claimed", "released"]


async def test_whoever_may_not_decide_may_not_claim(harness: Harness, clock: StillClock) -> None:
    thread, card = await card_under(harness, FINANCE)
    with pytest.raises(MayNotDecide, match="Only @finance"):
        await claim(harness, clock, card, "UDAVE")
    assert await holder(harness, card) is None
    assert await harness.ledger(thread) == ["opened", "refused"]


async def test_a_claim_keeps_nobody_from_deciding_and_ends_with_its_holders_vote(
    harness: Harness, clock: StillClock
) -> None:
    _, card = await card_under(harness, FINANCE)
    await claim(harness, clock, card, "UBOB")
    await harness.vote(card, YES, user="UCAROL")
    assert await holder(harness, card) == "UBOB"
    decided = await harness.vote(await stored(harness, card), YES, user="UBOB")
    assert (decided.outcome, decided.claim) == (Outcome.APPROVED, None)
    with pytest.raises(NotPending, match="already"):
        await claim(harness, clock, card, "UBOB")


async def test_a_vote_that_decides_nothing_yet_releases_too(harness: Harness, clock: StillClock) -> None:
    _, card = await card_under(harness, FINANCE)
    await claim(harness, clock, card, "UBOB")
    await harness.vote(card, YES, user="UBOB")
    assert await holder(harness, card) is None


async def test_a_claim_is_released_by_the_clock_which_goes_on_with_its_other_timers(
    harness: Harness, clock: StillClock
) -> None:
    thread, card = await card_under(harness, FINANCE + 'remind_after = "1h"\n')
    claimed = await claim(harness, clock, card, "UBOB")
    assert claimed.due_at == clock.now + CLAIM_PERIOD
    clock.now += CLAIM_PERIOD - timedelta(seconds=1)
    assert await harness.timers.run_due() == 0
    clock.now += timedelta(seconds=1)
    assert await harness.timers.run_due() == 1
    assert await holder(harness, card) is None
    assert await harness.ledger(thread) == ["opened", "claimed", "released"]
    clock.now += timedelta(hours=1)
    await harness.timers.run_due()
    assert await harness.ledger(thread) == ["opened", "claimed", "released", "reminded"]


async def test_what_expires_while_somebody_looks_expires(harness: Harness, clock: StillClock) -> None:
    thread, card = await card_under(harness, FINANCE + 'expire_after = "15m"\n')
    await claim(harness, clock, card, "UBOB")
    clock.now += CLAIM_PERIOD
    await harness.timers.run_due()
    assert (await stored(harness, card)).claim is None
    assert await harness.ledger(thread) == ["opened", "claimed", "timed_out"]


async def test_a_card_without_a_rule_has_no_claim(harness: Harness, clock: StillClock) -> None:
    _, card = await card_under(harness, '[[rule]]\nname = "r"\naction = "other"\n')
    with pytest.raises(NotClaimable):
        await claim(harness, clock, card, "UBOB")
