"""Ways to get something approved that nobody who may approve it has seen, on a real database."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from countersign.flow.messages.outgoing import OutgoingKind
from tests.approvals.policy.policies import a_policy
from tests.flow.graphs.asking_graphs import by_dialect, refunds
from tests.support.fakes.clocks import StillClock
from tests.support.harness import Harness, a_thread, open_harness
from tests.support.under_policy import card_under

YES, EDIT, ANSWER = DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.RESPOND
REFUNDS = """
[[rule]]
name = "large refunds"
when = "args.amount >= 1000"
approvers = [{group = "@finance"}, {group = "@leads"}]
requester_may_decide = false

[[rule]]
name = "odd refunds"
when = "args.to != 'Ann'"
approvers = [{group = "@leads"}]

[[rule]]
name = "refunds"
approvers = [{group = "@finance"}]
"""
ALWAYS_FROZEN = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//freezes//EN
BEGIN:VEVENT
UID:freeze
SUMMARY:Annual accounts
DTSTART:{start}
DTEND:{end}
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
async def harness(database_url: str, clock: StillClock) -> AsyncIterator[Harness]:
    graphs = {"small": refunds(50), "large": refunds(1500), **by_dialect()}
    async with open_harness(database_url, graphs, clock=clock) as opened:
        opened.directory.groups = {"@finance": {"UBOB"}, "@leads": {"ULEA"}, "@oncall": {"UDAVE"}}
        yield opened


async def edit(
    harness: Harness, card: Approval, amount: Json, to: str = "Ann", user: str = "UBOB"
) -> Approval:
    return await harness.vote(card, EDIT, {"amount": amount, "to": to}, user=user)


def freeze(start: datetime, end: datetime) -> str:
    return ALWAYS_FROZEN.format(start=f"{start:%Y%m%dT%H%M%SZ}", end=f"{end:%Y%m%dT%H%M%SZ}")


@pytest.mark.parametrize(
    ("amount", "to", "rule"), [(50_000, "Ann", "large"), (60, "Mallory", "odd"), ("60", "Ann", "large")]
)
async def test_an_edit_does_not_make_a_request_one_that_others_decide(
    harness: Harness, amount: Json, to: str, rule: str
) -> None:
    """Bob may approve small refunds. The last amount can't be compared, so the strict rule matches it."""
    thread, card = await card_under(harness, REFUNDS, "small: go")
    with pytest.raises(MayNotDecide, match=f"With these values the rule “{rule} refunds” applies"):
        await edit(harness, card, amount, to)
    assert (await harness.the_card(thread)).votes_on(0).votes == ()
    assert await harness.ledger(thread) == ["opened", "refused"]


async def test_an_edit_stays_within_its_rule_or_comes_under_one_that_asks_for_less(harness: Harness) -> None:
    _, card = await card_under(harness, REFUNDS, "small: go")
    assert (await edit(harness, card, 60)).status is Status.DECIDED
    thread, card = await card_under(harness, REFUNDS, "large: go")
    await edit(harness, card, 900)
    proposed = await harness.the_card(thread)
    assert (await harness.vote(proposed, YES, user="ULEA")).status is Status.PENDING
    assert [vote.by.id for vote in (await harness.the_card(thread)).votes_on(0).votes] == ["UBOB", "ULEA"]


async def test_a_file_that_changed_since_makes_no_edit_wrong_by_itself(harness: Harness) -> None:
    _, card = await card_under(harness, REFUNDS, "small: go")
    harness.policy.policy = a_policy('[[rule]]\nname = "new"\napprovers = [{group = "@leads"}]\n')
    assert (await edit(harness, card, 60)).status is Status.DECIDED


async def test_a_freeze_keeps_a_rule_from_approving_by_itself(harness: Harness, clock: StillClock) -> None:
    rule = '[[rule]]\nname = "r"\nauto = "approve"\nfreeze = "f.ics"\nbreak_glass = [{group = "@oncall"}]\n'
    lasting = freeze(clock.now - timedelta(days=1), clock.now + timedelta(days=1))
    _, card = await card_under(harness, rule, "small: go", f=lasting)
    with pytest.raises(MayNotDecide, match="A freeze is on"):
        await harness.vote(card, YES)
    over = freeze(clock.now - timedelta(days=2), clock.now - timedelta(days=1))
    harness.policy.policy = a_policy(rule, f=over)
    thread = a_thread()
    await harness.say(thread, "small: go")
    assert await harness.pending(thread) == []
    await harness.run_thread(thread.id)
    assert "'approve'" in harness.slack.texts(OutgoingKind.AGENT_MESSAGE)[-1]


async def test_a_timer_that_fires_after_the_freeze_approves_nothing_that_expired_in_it(
    harness: Harness, clock: StillClock
) -> None:
    rule = '[[rule]]\nname = "r"\nexpire_after = "1h"\non_expiry = "approve"\nfreeze = "f.ics"\n'
    lasting = freeze(clock.now, clock.now + timedelta(hours=2))
    thread, card = await card_under(harness, rule, "small: go", f=lasting)
    clock.now += timedelta(days=1)
    await harness.timers.run_due()
    assert (await harness.the_card(thread)).id == card.id
    assert "It stays open: a freeze is on." in harness.slack.texts(OutgoingKind.NOTE)[-1]


async def test_who_may_decide_after_an_escalation_may_not_in_a_freeze(
    harness: Harness, clock: StillClock
) -> None:
    rule = (
        '[[rule]]\nname = "r"\napprovers = [{group = "@finance"}]\nescalate_after = "1h"\n'
        'escalate_to = {group = "@leads"}\nfreeze = "f.ics"\nbreak_glass = [{group = "@oncall"}]\n'
    )
    lasting = freeze(clock.now, clock.now + timedelta(hours=5))
    thread, card = await card_under(harness, rule, "small: go", f=lasting)
    clock.now += timedelta(hours=1)
    await harness.timers.run_due()
    for user in ("UBOB", "ULEA"):
        with pytest.raises(MayNotDecide, match="A freeze is on"):
            await harness.vote(await harness.the_card(thread), YES, user=user)
    assert (await harness.the_card(thread)).id == card.id


async def test_the_same_words_meant_otherwise_are_no_agreement(harness: Harness) -> None:
    """One answers with the text, the other wants the graph to get it as it stands: two proposals."""
    thread, card = await card_under(harness, '[[rule]]\nname = "r"\nquorum = 2\n', "words: go")

    async def answer(card: Approval, user: str, *, verbatim: bool) -> Approval:
        decision = Decision(kind=ANSWER, value="staging", verbatim=verbatim)
        return await harness.decide_row(card, decision, user=user)

    first = await answer(card, "UBOB", verbatim=False)
    second = await answer(first, "UCAROL", verbatim=True)
    assert second.status is Status.PENDING
    assert second.digest_of(0) != first.digest_of(0)
    assert [vote.by.id for vote in second.votes_on(0).votes] == ["UCAROL"]
    agreed = await answer(second, "UBOB", verbatim=True)
    assert agreed.status is Status.DECIDED
    assert await harness.ledger(thread) == ["opened", "voted", "voted", "decided"]
