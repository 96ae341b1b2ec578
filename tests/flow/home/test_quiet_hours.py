"""Quiet hours: direct messages wait for their end, and what is decided by then is not told any more."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from countersign.approvals.approval import Approval, open_approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.approvals.person import Person, Standing
from countersign.approvals.votes.vote import Vote
from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.home.quiet_hours import EmptyQuietHours, QuietHours
from countersign.flow.home.quiet_hours_check import QuietHoursCheck
from countersign.flow.messages.outgoing import card
from countersign.flow.notices.direct_messages import NoticeReason, direct_messages
from countersign.flow.thread import ThreadRecord
from countersign.flow.work import StepResult
from countersign.interrupts import digest
from countersign.store.homes import InboxStore
from tests.support.fakes.clocks import StillClock
from tests.support.harness import TEAM, Harness, a_thread, message

NIGHT = QuietHours(begins=time(22), ends=time(7, 30), zone="Europe/Berlin")
TOOL: Json = {"type": "tool_approval", "name": "pay", "args": {}}
BOB = "UBOB"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-26T21:59:59+01:00", None),
        ("2026-11-26T22:00:00+01:00", "2026-11-27T07:30:00+01:00"),
        ("2026-11-27T03:00:00+01:00", "2026-11-27T07:30:00+01:00"),
        ("2026-11-27T07:29:59+01:00", "2026-11-27T07:30:00+01:00"),
        ("2026-11-27T07:30:00+01:00", None),
        # The clock is put forward, and back, within them.
        ("2026-03-28T23:00:00+01:00", "2026-03-29T07:30:00+02:00"),
        ("2026-10-24T23:00:00+02:00", "2026-10-25T07:30:00+01:00"),
    ],
)
def test_they_last_over_midnight_by_the_clock_of_their_zone(now: str, until: str | None) -> None:
    assert NIGHT.until(at(now)) == (at(until) if until else None)


def test_they_may_lie_within_a_day() -> None:
    lunch = QuietHours(begins=time(12), ends=time(13), zone="Asia/Seoul")
    assert lunch.until(at("2026-11-26T12:30:00+09:00")) == at("2026-11-26T13:00:00+09:00")
    assert lunch.until(at("2026-11-26T13:00:00+09:00")) is None
    assert lunch.until(at("2026-11-26T11:59:00+09:00")) is None


def test_hours_that_end_when_they_begin_are_none() -> None:
    with pytest.raises(EmptyQuietHours):
        QuietHours(begins=time(8), ends=time(8), zone="UTC")


async def asked(harness: Harness, delivery: MessageDelivery) -> Approval:
    """An approval of which bob is notified, and its card."""
    thread = a_thread()
    first = message(thread, "please")
    await harness.threads.accept(first)
    approval = open_approval(
        thread_id=thread.id,
        interrupt_id="i",
        digest=digest(TOOL, None),
        value=TOOL,
        schema=None,
        rows=1,
        at=datetime.now(UTC),
    )
    record = ThreadRecord(
        ref=thread, graph="g", last_posted_key=None, halted=None, attempts=0, step_starts=0, fence=0
    )
    posts = (card(thread, approval), *direct_messages(approval, [BOB], NoticeReason.ASKED))
    await harness.threads.save_step(
        StepResult(
            thread=record,
            done=(first.key,),
            changes=(Change(after=approval, event=Event.OPENED),),
            post=posts,
        )
    )
    await delivery.deliver_posts(posts)
    return approval


async def direct_row(harness: Harness) -> dict[str, object]:
    (row,) = await harness.rows("SELECT * FROM countersign.outbox WHERE kind = 'direct'")
    return row


async def quiet(harness: Harness, night: StillClock) -> tuple[InboxStore, MessageDelivery]:
    """It is quiet for bob for an hour from now on."""
    store = InboxStore(harness.pool)
    begins, ends = night.now - timedelta(minutes=1), night.now + timedelta(hours=1)
    hours = QuietHours(begins=begins.time(), ends=ends.time(), zone="UTC")
    await store.set_quiet_hours(TEAM, BOB, hours)
    check = QuietHoursCheck(store, harness.outbox, night)
    slack: Any = harness.slack
    return store, MessageDelivery(harness.threads, harness.outbox, slack, quiet_hours=check)


async def test_a_direct_message_waits_and_the_card_does_not(harness: Harness) -> None:
    night = StillClock(datetime.now(UTC))
    _, delivery = await quiet(harness, night)
    approval = await asked(harness, delivery)

    row = await direct_row(harness)
    assert row["posted_at"] is None
    assert row["attempts"] == 0
    due_at = row["due_at"]
    assert isinstance(due_at, datetime)
    assert abs(due_at - (night.now + timedelta(hours=1))) < timedelta(seconds=1)
    stored = await harness.threads.approval(approval.id)
    assert stored is not None
    assert stored.approval.card_ts is not None, "the card is posted all the same"

    night.now += timedelta(hours=2)
    await harness.expire_claims()
    await harness.expire_claims()
    await delivery.deliver_due()
    assert (await direct_row(harness))["posted_at"] is not None


async def test_what_was_decided_meanwhile_is_not_told_any_more(harness: Harness) -> None:
    night = StillClock(datetime.now(UTC))
    _, delivery = await quiet(harness, night)
    approval = await asked(harness, delivery)
    bob = Person(id=BOB, name="bob", standing=Standing.MEMBER)
    vote = Vote(decision=Decision(kind=DecisionKind.APPROVE), by=bob, at=night.now)
    await harness.threads.decide(Change(after=approval.with_votes({0: vote}), event=Event.DECIDED, by=bob))

    night.now += timedelta(hours=2)
    await harness.expire_claims()
    await harness.expire_claims()
    await delivery.deliver_due()
    row = await direct_row(harness)
    assert row["posted_at"] is None
    assert row["error"] == "decided in quiet hours"


async def test_whoever_turns_them_off_gets_what_was_held_at_once(harness: Harness) -> None:
    night = StillClock(datetime.now(UTC))
    store, delivery = await quiet(harness, night)
    await asked(harness, delivery)
    await store.set_quiet_hours(TEAM, BOB, None)
    await delivery.deliver_one(str((await direct_row(harness))["key"]))
    assert (await direct_row(harness))["posted_at"] is not None
