"""When the timers of approvals fire, on a real database, and what reminders and escalations say."""

import asyncio
from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import Expired, MayNotDecide, NotPending
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Outcome, Phase, Status
from countersign.flow.errors import Conflict
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.thread import ThreadRef
from tests.flow.decisions.decision_barrier import barrier_before_decisions
from tests.flow.graphs.asking_graphs import refunds
from tests.flow.timers.still_harness import NAMED, harness
from tests.support.fakes.clocks import StillClock
from tests.support.harness import CHANNEL, Harness, open_harness, until
from tests.support.under_policy import REQUESTER, card_under, last_agent_message, notes, stored, title

__all__ = ["harness"]

YES, EDIT, NO = DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.REJECT
HOUR = timedelta(hours=1)
ESCALATES = 'escalate_after = "1h"\nescalate_to = {group = "@oncall"}\n'


async def details(harness: Harness, thread: ThreadRef, event: str) -> list[dict[str, Any]]:
    found = await harness.rows(
        "SELECT detail FROM countersign.ledger WHERE thread_id = %s AND event = %s ORDER BY id",
        thread.id,
        event,
    )
    return [row["detail"] for row in found]


async def test_working_hours_and_a_change_to_winter_time(harness: Harness, clock: StillClock) -> None:
    """The night of 25 October 2026 has 25 hours in Berlin: the clock runs in real time."""
    hours = 'hours = {days = "Mon-Sun", from = "00:00", to = "24:00", zone = "Europe/Berlin"}\n'
    clock.now = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    _, card = await card_under(harness, NAMED + 'expire_after = "4h"\n' + hours)
    clock.now = datetime(2026, 10, 25, 2, 29, tzinfo=UTC)
    await harness.timers.run_due()
    assert (await stored(harness, card)).status is Status.PENDING
    clock.now += timedelta(minutes=1)
    await harness.timers.run_due()
    assert (await stored(harness, card)).status is Status.DECIDED


async def test_what_is_asked_on_friday_evening_expires_on_monday(harness: Harness, clock: StillClock) -> None:
    hours = 'hours = {days = "Mon-Fri", from = "09:00", to = "17:00", zone = "UTC", holidays = "DE"}\n'
    clock.now = datetime(2026, 12, 24, 16, tzinfo=UTC)  # 25 December is a holiday, 26 and 27 a weekend
    _, card = await card_under(harness, NAMED + 'expire_after = "2h"\n' + hours)
    for at in (datetime(2026, 12, 27, 23, tzinfo=UTC), datetime(2026, 12, 28, 9, 59, tzinfo=UTC)):
        clock.now = at
        await harness.timers.run_due()
        assert (await stored(harness, card)).status is Status.PENDING
    clock.now = datetime(2026, 12, 28, 10, tzinfo=UTC)
    await harness.timers.run_due()
    assert (await stored(harness, card)).status is Status.DECIDED


async def test_a_clock_that_jumps_by_a_day_either_way(harness: Harness, clock: StillClock) -> None:
    rule = NAMED + 'remind_after = "1h"\nexpire_after = "3d"\n'
    thread, card = await card_under(harness, rule)
    clock.now += timedelta(days=1)
    await harness.timers.run_due()
    assert await harness.ledger(thread) == ["opened", "reminded"]
    clock.now -= timedelta(days=2)
    assert await harness.timers.run_due() == 0
    clock.now += timedelta(days=2)
    await harness.timers.run_due()
    assert await harness.ledger(thread) == ["opened", "reminded"], "it is reminded of once"
    clock.now += timedelta(days=2)
    await harness.timers.run_due()
    assert (await stored(harness, card)).outcome is Outcome.EXPIRED


async def test_after_days_without_a_bot_only_the_expiry_is_posted(
    harness: Harness, clock: StillClock
) -> None:
    rule = NAMED + 'remind_after = "1h"\nexpire_after = "3h"\n' + ESCALATES
    thread, _ = await card_under(harness, rule)
    clock.now += timedelta(days=3)
    await harness.timers.run_due()
    assert await harness.ledger(thread) == ["opened", "timed_out"]


async def test_a_timer_that_comes_early_or_twice_does_nothing(harness: Harness, clock: StillClock) -> None:
    """Such as in two processes at once, or with a due time that is not the approval's any more."""
    thread, card = await card_under(harness, NAMED + 'expire_after = "1h"\n')
    await harness.timers.fire(card.id)
    assert (await stored(harness, card)) == card
    await harness.rows("UPDATE countersign.approvals SET due_at = now() - interval '10 years'")
    assert await harness.timers.run_due() == 1
    assert await harness.timers.run_due() == 0, "the due time was put right"
    clock.now += HOUR
    await asyncio.gather(*(harness.timers.run_due() for _ in range(5)))
    assert await harness.ledger(thread) == ["opened", "timed_out"]
    assert len(notes(harness)) == 1


async def test_a_timer_outlives_the_bot(database_url: str, clock: StillClock) -> None:
    """It is due while no bot runs, and fires when one does."""
    async with open_harness(database_url, {"one": refunds(1500)}, clock=clock) as before:
        thread, card = await card_under(before, NAMED + 'expire_after = "1h"\n')
    clock.now += timedelta(hours=5)
    async with open_harness(database_url, {"one": refunds(1500)}, clock=clock) as after:
        await after.timers.run_due()
        await after.run_thread(thread.id)
        assert (await stored(after, card)).status is Status.EXPIRED
        assert "by 2026-11-26 11:00 UTC" in last_agent_message(after), (
            "the deadline is told, not when it was noticed"
        )


async def test_a_timer_that_fails_does_not_hold_up_the_others(
    harness: Harness, clock: StillClock, logged: list[MutableMapping[str, Any]]
) -> None:
    _, broken = await card_under(harness, NAMED + 'expire_after = "1h"\n')
    _, whole = await card_under(harness, NAMED + 'expire_after = "1h"\n')
    await harness.rows("UPDATE countersign.approvals SET rules = '{}' WHERE id = %s", broken.id)
    clock.now += HOUR
    await harness.timers.run_due()
    assert (await stored(harness, whole)).status is Status.DECIDED
    assert [entry["approval_id"] for entry in logged if entry["event"] == "timer_failed"] == [str(broken.id)]
    assert await harness.timers.run_due() == 0, "it is tried again later"


async def test_the_clock_starts_anew_when_the_graph_refused_the_answer(
    harness: Harness, clock: StillClock
) -> None:
    _, card = await card_under(harness, NAMED + 'expire_after = "1h"\n')
    clock.now += timedelta(minutes=50)
    decided = await harness.vote(card, YES)
    again = decided.reopened("Not this.", clock.now)
    await harness.threads.decide(Change(after=again, event=Event.REOPENED))
    clock.now += timedelta(minutes=50)
    await harness.timers.run_due()
    assert (await stored(harness, card)).status is Status.PENDING
    clock.now += timedelta(minutes=10)
    await harness.timers.run_due()
    assert (await stored(harness, card)).status is Status.DECIDED


@pytest.mark.parametrize("on_expiry", ["reject", "approve"])
async def test_a_vote_that_comes_too_late_does_not_count_even_if_no_worker_ran(
    harness: Harness, clock: StillClock, on_expiry: str
) -> None:
    thread, card = await card_under(harness, NAMED + f'expire_after = "1h"\non_expiry = "{on_expiry}"\n')
    person = await harness.slack.person("UBOB", None)
    clock.now += HOUR
    for vote in (YES, NO):
        with pytest.raises(Expired):
            await harness.vote(card, vote)
        with pytest.raises(Expired):
            await harness.decide.find_open(card.id, card.digest, 0, CHANNEL, person, vote)
    assert await harness.ledger(thread) == ["opened"]
    await harness.timers.run_due()
    assert await harness.ledger(thread) == ["opened", "timed_out"]


@pytest.mark.parametrize("round_", range(4))
async def test_an_expiry_and_the_last_vote_of_a_quorum_in_the_same_moment(
    database_url: str, clock: StillClock, round_: int
) -> None:
    """On two connections that both read the approval as pending: one of them counts, and only one."""
    gate, wrap = barrier_before_decisions()
    async with open_harness(database_url, {"one": refunds(1500)}, clock=clock, wrap=wrap) as harness:
        thread, card = await card_under(harness, NAMED + 'quorum = 2\nexpire_after = "1h"\n')
        gate[0].used = 2
        await harness.vote(card, YES, user="UBOB")
        gate[0].used = 0
        half = await harness.the_card(thread)
        in_time = asyncio.create_task(harness.vote(half, YES, user="UCAROL"))
        await until(gate[0].has_one)
        clock.now += HOUR
        results = await asyncio.gather(in_time, harness.timers.run_due(), return_exceptions=True)
        await harness.run_thread(thread.id)
        ledger = await harness.ledger(thread)
        assert ledger in (
            ["opened", "voted", "timed_out", "resumed"],
            ["opened", "voted", "decided", "resumed"],
        )
        lost = [result for result in results if isinstance(result, Conflict | NotPending)]
        assert len(lost) == (1 if "timed_out" in ledger else 0)
        assert ("reject" in last_agent_message(harness)) == ("timed_out" in ledger)


async def test_a_reminder_is_posted_once_in_the_thread_and_to_who_is_notified(
    harness: Harness, clock: StillClock
) -> None:
    rule = NAMED + 'approvers = [{group = "@finance"}]\nnotify = ["UCAROL"]\nremind_after = "1h"\n'
    thread, card = await card_under(harness, rule)
    clock.now += HOUR
    await harness.timers.run_due()
    clock.now += HOUR
    await harness.timers.run_due()
    reminders = [text for text in notes(harness) if text.startswith("Reminder")]
    assert reminders == [f"Reminder: “{title(card)}” waits for a decision. Still needed: one of @finance."]
    why = [(row.channel, row.body) for row in harness.slack.of(OutgoingKind.DIRECT)]
    assert why.count(("UCAROL", {"why": "reminded"})) == 1
    assert await harness.ledger(thread) == ["opened", "reminded"]


async def test_an_escalation_adds_the_fallback_and_notifies_the_thread_and_them(
    harness: Harness, clock: StillClock
) -> None:
    rule = (
        NAMED
        + 'approvers = [{group = "@finance"}]\nescalate_after = "1h"\nescalate_to = {group = "@oncall"}\n'
    )
    thread, card = await card_under(harness, rule)
    with pytest.raises(MayNotDecide):
        await harness.vote(card, YES, user="UDAVE")
    clock.now += HOUR
    await harness.timers.run_due()
    (told,) = notes(harness)
    assert told.startswith(
        f"Escalated: nobody has decided “{title(card)}” within 1 hour, so @oncall may decide"
    )
    assert "Still needed: one of @finance." in told
    assert [row.channel for row in harness.slack.of(OutgoingKind.DIRECT)] == ["UDAVE"]
    assert (await details(harness, thread, "escalated"))[0]["notified"] == ["UDAVE"]
    clock.now -= 2 * HOUR  # the escalation stands, whatever the clock says later
    await harness.vote(await harness.the_card(thread), YES, user="UDAVE")
    await harness.delivery.update_messages(card.id)
    assert list(harness.slack.updated.values()) == [Phase.DECIDED]
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"


async def test_a_message_that_arrives_after_the_decision_is_closed_by_the_sweep(
    harness: Harness, clock: StillClock
) -> None:
    rule = NAMED + ESCALATES
    thread, _ = await card_under(harness, rule)
    clock.now += HOUR
    await harness.timers.run_due()
    await harness.vote(await harness.the_card(thread), YES)
    await harness.rows("UPDATE countersign.approval_messages SET outdated_at = now() - interval '1 minute'")
    assert await harness.delivery.update_outdated_messages() == 1
    assert await harness.delivery.update_outdated_messages() == 0
    assert list(harness.slack.updated.values()) == [Phase.DECIDED]


async def test_the_requester_hears_the_outcome_and_why(harness: Harness) -> None:
    thread, card = await card_under(harness, NAMED)
    await harness.vote(card, NO, user="UBOB")
    await harness.delivery.deliver_thread(CHANNEL, thread.ts)
    assert notes(harness) == [f"Rejected by ubob: “{title(card)}”."]

    thread, card = await card_under(harness, NAMED)
    await harness.vote(card, YES, user=REQUESTER)
    await harness.delivery.deliver_thread(CHANNEL, thread.ts)
    assert len(notes(harness)) == 1, "who decided it knows"
