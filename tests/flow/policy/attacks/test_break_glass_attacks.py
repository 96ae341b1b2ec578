"""Ways to turn an ordinary vote into one that decides alone, and to keep who may from deciding alone."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.approvals.policy.voting.permission import ReasonMissing
from countersign.flow.decisions.withdraw_vote import WithdrawVote
from countersign.flow.policy.voting import Voting
from tests.flow.graphs.prepared_graphs import by_dialect_prepared
from tests.flow.policy.attacks.test_approval_attacks import freeze
from tests.support.fakes.clocks import StillClock
from tests.support.harness import CHANNEL, Harness, open_harness
from tests.support.under_policy import card_under, stored

YES, NO = DecisionKind.APPROVE, DecisionKind.REJECT
RULE = """
[[rule]]
name = "wire"
approvers = [{group = "@desk"}, {group = "@risk"}]
rejections = 2
reason = "always"
break_glass = [{group = "@lead"}]
"""
FROZEN = RULE + 'freeze = "f.ics"\n'


@pytest.fixture
async def harness(database_url: str, clock: StillClock) -> AsyncIterator[Harness]:
    """Lea leads, and is at the desk as well."""
    async with open_harness(database_url, by_dialect_prepared(), clock=clock) as opened:
        opened.directory.groups = {"@desk": {"UBOB", "ULEA"}, "@risk": {"UDORA"}, "@lead": {"ULEA"}}
        yield opened


async def says(harness: Harness, card: Approval, kind: DecisionKind, user: str) -> Approval:
    return await harness.decide_row(card, Decision(kind=kind, message="as agreed"), user=user)


async def test_a_vote_from_before_the_freeze_does_not_decide_alone_in_it(
    harness: Harness, clock: StillClock
) -> None:
    """Lea gave a reason, as the rule asks for. A rejection of somebody else does not make it her decision."""
    lasting = freeze(clock.now + timedelta(hours=1), clock.now + timedelta(hours=2))
    thread, card = await card_under(harness, FROZEN, "one: go", f=lasting)
    card = await says(harness, card, YES, "ULEA")
    clock.now += timedelta(hours=1)
    after = await says(harness, card, NO, "UBOB")
    assert after.status is Status.PENDING
    assert "break_glass" not in await harness.ledger(thread)

    alone = await says(harness, after, YES, "ULEA")
    assert alone.status is Status.DECIDED, "she repeats it now, and knows of the freeze"
    assert (await harness.ledger(thread))[-2:] == ["decided", "break_glass"]


async def test_a_vote_does_not_decide_alone_once_another_seat_cannot_be_filled(harness: Harness) -> None:
    thread, card = await card_under(harness, RULE, "one: go")
    card = await says(harness, card, YES, "ULEA")
    harness.directory.groups["@risk"] = set()
    after = await says(harness, card, NO, "UBOB")
    assert after.status is Status.PENDING
    assert "break_glass" not in await harness.ledger(thread)


async def test_an_approver_breaks_the_glass_where_the_other_seat_cannot_be_filled(harness: Harness) -> None:
    """They fill one of the seats, and would have to wait for somebody who does not exist."""
    harness.directory.groups["@risk"] = set()
    rule = RULE.replace('reason = "always"\n', "")
    thread, card = await card_under(harness, rule, "one: go")
    with pytest.raises(ReasonMissing):
        await harness.vote(card, YES, user="ULEA")
    assert (await says(harness, card, YES, "ULEA")).status is Status.DECIDED
    events = await harness.ledger(thread)
    assert events == ["opened", "decided", "break_glass"]


async def test_where_the_fallback_can_fill_it_an_approver_votes_as_ever(harness: Harness) -> None:
    harness.directory.groups |= {"@risk": set(), "@duty": {"UHANA"}}
    fallback = 'escalate_after = "1h"\nescalate_to = {group = "@duty"}\n'
    thread, card = await card_under(harness, RULE + fallback, "one: go")
    after = await says(harness, card, YES, "ULEA")
    assert after.status is Status.PENDING
    assert (await says(harness, after, YES, "UHANA")).status is Status.DECIDED
    assert await harness.ledger(thread) == ["opened", "voted", "decided"]


async def test_an_answer_in_a_freeze_is_given_alone_and_is_reviewed(
    harness: Harness, clock: StillClock
) -> None:
    """Also where it is one of the options, which leave no room for a reason, and of an approver."""
    lasting = freeze(clock.now - timedelta(hours=1), clock.now + timedelta(hours=2))
    rule = FROZEN.replace(', {group = "@risk"}', "")
    thread, card = await card_under(harness, rule, "words: go", f=lasting)
    decided = await harness.decide_row(card, Decision(kind=DecisionKind.RESPOND, value="yes"), user="ULEA")
    assert decided.status is Status.DECIDED
    assert (await harness.ledger(thread))[-2:] == ["decided", "break_glass"]
    ((use,),) = [row.values() for row in await harness.rows("SELECT reason FROM countersign.glass_breaks")]
    assert use == "The card has the answer."


async def test_a_vote_that_is_taken_back_leaves_no_other_to_decide_alone(
    harness: Harness, clock: StillClock
) -> None:
    """What is left is counted anew, and says what is missing."""
    lasting = freeze(clock.now + timedelta(hours=1), clock.now + timedelta(hours=2))
    _, card = await card_under(harness, FROZEN, "one: go", f=lasting)
    card = await says(harness, card, YES, "ULEA")
    card = await says(harness, card, NO, "UBOB")
    clock.now += timedelta(hours=1)
    voting = Voting(harness.policy, harness.directory, clock)
    person = await harness.directory.person("UBOB", CHANNEL)
    await WithdrawVote(harness.threads, voting)(card.id, 0, CHANNEL, person)
    left = await stored(harness, card)
    assert left.status is Status.PENDING
    assert left.votes_on(0).needed
