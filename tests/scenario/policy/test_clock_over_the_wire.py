"""What the clock does to cards, with a clock of the test's own: hours, holidays, freezes, jumps, restarts.

The bot runs in the test's process on a real database, over Socket Mode and over HTTP. Its clock stands still
unless the test moves it, so that a day passes in no time.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from countersign.testing.cards import ApprovalCard, approval_card, approval_cards
from tests.scenario.policy.governing import add_groups, asked, resumed, shows
from tests.support.bot_here import bot_here
from tests.support.stage import Stage, open_stage

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = 'hours = {days = "Mon-Fri", from = "09:00", to = "18:00", zone = "Europe/Berlin"'
POLICY = f"""
[[rule]]
name = "office"
action = "office"
expire_after = "2h"
{HOURS}, holidays = "DE"}}

[[rule]]
name = "night"
action = "night"
expire_after = "5h"
hours = {{days = "Mon-Sun", from = "22:00", to = "06:00", zone = "Europe/Berlin"}}

[[rule]]
name = "frozen"
action = "frozen"
approvers = [{{group = "@finance"}}]
freeze = "freeze.ics"
break_glass = [{{group = "@oncall"}}]

[[rule]]
name = "expires"
action = "expires"
remind_after = "10h"
expire_after = "2d"

[[rule]]
name = "silence"
action = "approve_or_reject"
when = "args.title == 'Silence approves?'"
expire_after = "2d"
on_expiry = "approve"

[[rule]]
name = "sooner"
action = "approve_or_reject"
when = "args.title == 'Sooner?'"
expire_after = "1h"
on_expiry = "keep"

[[rule]]
name = "claimed"
action = "claimed"

[[rule]]
name = "act"
action = "act"
valid_for = "10m"

[[rule]]
name = "short"
action = "short"
valid_for = "10m"
undo = 3600
"""
FREEZE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//freezes//EN
BEGIN:VEVENT
UID:weekend
SUMMARY:Weekend freeze
DTSTART;TZID=Europe/Berlin:20260102T180000
DTEND;TZID=Europe/Berlin:20260105T080000
RRULE:FREQ=WEEKLY
END:VEVENT
END:VCALENDAR
"""


@dataclass
class TestClock:
    __test__ = False

    now: datetime = field(default_factory=lambda: datetime(2026, 3, 2, 9, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def is_in_berlin(self, *moment: int) -> None:
        self.now = datetime(*moment, tzinfo=BERLIN).astimezone(UTC)  # type: ignore[misc, arg-type]


@dataclass
class Clocked:
    """A stage without a bot, and the clock of the bots that are started on it."""

    stage: Stage
    clock: TestClock

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[None]:
        """A bot that is reached in the stage's transport."""
        async with bot_here(self.stage, clock=self.clock):
            yield


@pytest_asyncio.fixture(loop_scope="session", params=["socket", "http"])
async def clocked(
    request: pytest.FixtureRequest, tmp_path: Path, database_url: str
) -> AsyncIterator[Clocked]:
    (tmp_path / "approvals.toml").write_text(POLICY)
    (tmp_path / "freeze.ics").write_text(FREEZE)
    async with open_stage(tmp_path, database_url, mode=request.param, refused=("is_archived",)) as stage:
        add_groups(stage)
        yield Clocked(stage, TestClock())


def deadline(card: ApprovalCard, *berlin: int) -> str:
    """How Slack is told to write this moment in each reader's zone."""
    moment = datetime(*berlin, tzinfo=BERLIN)  # type: ignore[misc, arg-type]
    return f"<!date^{int(moment.timestamp())}^"


async def expired(clocked: Clocked, card: ApprovalCard) -> None:
    assert (await resumed(clocked.stage, card.thread))["type"] == "reject"


async def still_waits(clocked: Clocked, card: ApprovalCard) -> None:
    """A round of timers came after the clock was moved, and left this card alone."""
    probe = await asked(clocked.stage, "claimed")
    await probe.claim(by=clocked.stage.ws.bob)
    await shows(probe, "is looking")
    clocked.clock.now += timedelta(minutes=15)
    await probe.thread.wait_until(lambda: "is looking" not in probe.text or None, limit=20, what="a round")
    assert "approval:approve" in card.actions


async def test_a_friday_afternoon_ends_on_tuesday_after_easter(clocked: Clocked) -> None:
    """2 h of office hours, asked on Thursday at 17:00: Good Friday and Easter Monday do not count."""
    clocked.clock.is_in_berlin(2026, 4, 2, 17)
    async with clocked.bot():
        card = await asked(clocked.stage, "office")
        assert deadline(card, 2026, 4, 7, 10) in card.text
        clocked.clock.is_in_berlin(2026, 4, 7, 9, 40)
        await still_waits(clocked, card)
        clocked.clock.is_in_berlin(2026, 4, 7, 10)
        await expired(clocked, card)


async def test_a_request_ends_when_it_says_and_nothing_is_approved(clocked: Clocked) -> None:
    """It ends before its rule would, and never later; what is no duration ends nothing."""
    stage = clocked.stage
    clocked.clock.is_in_berlin(2026, 3, 2, 10)
    async with clocked.bot():
        held = await stage.card({"title": "Hold the price?", "expires_in": "2h"})
        silent = await stage.card({"title": "Silence approves?", "expires_in": 7200})
        sooner = await stage.card({"title": "Sooner?", "expires_in": "2h"})
        endless = await stage.card({"title": "Whenever?", "expires_in": "at noon"})
        for card in (held, silent):
            assert f"Rejected if nobody answers by {deadline(card, 2026, 3, 2, 12)}" in card.text
        assert f"Needed by {deadline(sooner, 2026, 3, 2, 11)}" in sooner.text
        assert "at noon" in endless.text
        assert "nobody answers by" not in endless.text

        clocked.clock.is_in_berlin(2026, 3, 2, 11, 59)
        await shows(sooner, "Overdue since")
        assert [card.is_open for card in (held, silent)] == [True, True]
        clocked.clock.is_in_berlin(2026, 3, 2, 12)
        for card in (held, silent):
            assert await resumed(stage, card.thread) is False
            await card.closes()
            assert "Rejected by the deadline in the request" in card.text
            await card.thread.wait_for("so it is not approved", limit=20)
        for card in (sooner, endless):
            await still_waits(clocked, card)


async def test_the_night_in_which_the_clocks_change_is_an_hour_shorter_or_longer(clocked: Clocked) -> None:
    """Five hours from 22:00 end at 03:00, in spring at 04:00, in autumn at the second 02:00."""
    async with clocked.bot():
        for day, ends in (((2026, 3, 28), (2026, 3, 29, 4)), ((2026, 6, 1), (2026, 6, 2, 3))):
            clocked.clock.is_in_berlin(*day, 22)
            card = await asked(clocked.stage, "night")
            assert deadline(card, *ends) in card.text
            clocked.clock.is_in_berlin(*ends)
            await expired(clocked, card)
        clocked.clock.is_in_berlin(2026, 10, 24, 22)
        card = await asked(clocked.stage, "night")
        second_two_o_clock = int(datetime(2026, 10, 25, 1, tzinfo=UTC).timestamp())
        assert f"<!date^{second_two_o_clock}^" in card.text


async def test_a_freeze_begins_and_ends_with_its_event(clocked: Clocked) -> None:
    ws = clocked.stage.ws
    clocked.clock.is_in_berlin(2026, 3, 27, 18)  # a Friday; the clocks change on Sunday
    async with clocked.bot():
        card = await asked(clocked.stage, "frozen")
        await card.approve(by=ws.bob)
        await ws.bob.sees_ephemeral("A freeze is on until 2026-03-30 06:00 UTC (Weekend freeze)")
        clocked.clock.is_in_berlin(2026, 3, 30, 7, 59)
        await card.approve(by=ws.bob)
        assert "approval:approve" in card.actions
        clocked.clock.is_in_berlin(2026, 3, 30, 8)
        await card.approve(by=ws.bob)
        assert await resumed(clocked.stage, card.thread) == {"type": "approve"}


async def test_a_clock_that_jumps_back_and_forth_by_a_day(clocked: Clocked) -> None:
    """Back: nothing that was due comes again. Forth: what is due by then comes once, and no earlier step."""
    start = clocked.clock.now
    async with clocked.bot():
        card = await asked(clocked.stage, "expires")
        clocked.clock.now = start - timedelta(days=1)
        await still_waits(clocked, card)
        clocked.clock.now = start + timedelta(hours=10)
        await card.thread.wait_for("Reminder:", limit=20)
        clocked.clock.now = start - timedelta(days=1)
        await still_waits(clocked, card)
        clocked.clock.now = start + timedelta(days=1)
        await still_waits(clocked, card)
        assert len([m for m in card.thread.from_bot() if "Reminder:" in m.text]) == 1

        clocked.clock.now = start + timedelta(days=3)
        await expired(clocked, card)
    events = [event for event, _ in clocked.stage.ledger(card.thread)]
    assert events == ["opened", "reminded", "timed_out", "resumed"]


async def test_what_fell_due_while_no_bot_ran_is_done_once_by_whoever_comes_first(clocked: Clocked) -> None:
    """Two days and two bots later: it expired, so nobody is reminded of it first."""
    async with clocked.bot():
        card = await asked(clocked.stage, "expires")
        kept = await asked(clocked.stage, "claimed")
        await kept.claim(by=clocked.stage.ws.bob)
        await shows(kept, "is looking")
    clocked.clock.now += timedelta(days=2)
    async with clocked.bot(), clocked.bot():
        await expired(clocked, card)
        await kept.thread.wait_until(lambda: "is looking" not in kept.text or None, limit=20, what="released")
    events = [event for event, _ in clocked.stage.ledger(card.thread)]
    assert events == ["opened", "timed_out", "resumed"]
    events = [event for event, _ in clocked.stage.ledger(kept.thread)]
    assert events == ["opened", "claimed", "released"]


async def test_a_claim_is_released_after_fifteen_minutes_and_no_earlier(clocked: Clocked) -> None:
    async with clocked.bot():
        card = await asked(clocked.stage, "claimed")
        await card.claim(by=clocked.stage.ws.alice)
        await shows(card, "is looking")
        clocked.clock.now += timedelta(minutes=14, seconds=59)
        other = await asked(clocked.stage, "expires")
        assert "approval:approve" in other.actions
        assert "is looking" in card.text
        clocked.clock.now += timedelta(seconds=1)
        await card.thread.wait_until(lambda: "is looking" not in card.text or None, limit=20, what="released")
        await card.approve(by=clocked.stage.ws.bob)
        assert await resumed(clocked.stage, card.thread) == {"type": "approve"}


async def test_a_decision_waits_out_its_undo_and_is_asked_again_once_it_is_too_old(clocked: Clocked) -> None:
    async with clocked.bot():
        card = await asked(clocked.stage, "short")
        await card.approve(by=clocked.stage.ws.bob)
        await shows(card, "Can be undone until")
        clocked.clock.now += timedelta(hours=1)
        await card.thread.wait_for("was approved too long ago and is asked again. ", limit=20)
        await card.thread.wait_until(lambda: "approval:reject" in card.actions or None, limit=20, what="open")
        await card.reject(by=clocked.stage.ws.bob)
        await shows(card, "Can be undone until")
        clocked.clock.now += timedelta(hours=1)
        assert (await resumed(clocked.stage, card.thread))["type"] == "reject", "a no is never too old"


async def test_what_is_too_old_when_its_effect_is_about_to_run_is_asked_again_and_then_done(
    clocked: Clocked,
) -> None:
    """The effect looks at `still_valid()` inside `once`: it did nothing, so its key is free again."""
    stage = clocked.stage
    async with clocked.bot():
        thread = await stage.ws.carol.mentions("acts: the thing")
        first = await approval_card(thread, limit=20)
        await first.approve(by=stage.ws.bob)
        await stage.reached("act")
        clocked.clock.now += timedelta(minutes=10)
        stage.release("act")

        def new_card() -> ApprovalCard | None:
            return next((each for each in approval_cards(thread) if each.ts != first.ts), None)

        second = await thread.wait_until(new_card, limit=20, what="a second card")
        assert (stage.notes / "lapsed").read_text() == "lapsed\n"
        await second.approve(by=stage.ws.bob)
        await thread.wait_until(
            lambda: any("acted" in f"{m.text} {m.blocks}" for m in thread.from_bot()) or None,
            limit=20,
            what="the result",
        )
    assert (stage.notes / "acted").read_text() == "acted\n"
    assert not any("outcome" in m.text.lower() and "unknown" in m.text.lower() for m in thread.from_bot())
