"""What each timer makes of an approval: what is saved of it, and what is posted about it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.assignment.claim import CLAIM_PERIOD, Claim
from countersign.approvals.decision import DecisionKind
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.voting import Voting
from countersign.flow.review import Review
from countersign.flow.timers.timer_runner import TimerRunner
from tests.approvals.policy.clock.test_freeze_calendar import calendar
from tests.approvals.policy.policies import a_policy, a_rule, person, vote
from tests.approvals.test_record import OPENED
from tests.flow.timers.expiring_requests import REJECTED, actions, asked
from tests.support.fakes.fake_directory import FakeDirectory

NOTE, DIRECT = OutgoingKind.NOTE, OutgoingKind.DIRECT
BOTH = ["approve", "reject"]
TWO = actions(BOTH, BOTH)
DEADLINE = OPENED + timedelta(hours=2)
WHEN = DEADLINE.isoformat()


class Timers:
    """One approval, as the store has it, and what is saved and posted about it at this moment."""

    def __init__(self, approval: Approval, now: datetime = DEADLINE) -> None:
        self.approval_now = approval
        self.changes: list[Change] = []
        self.posts: list[Outgoing] = []
        directory, it = FakeDirectory(), self
        ports: Any = it
        policy = CurrentPolicy()
        policy.policy = a_policy(f'[[rule]]\nname = "r"\n{FREEZE}\nexpire_after = "2h"', year=CALENDAR)
        voting = Voting(policy, directory, lambda: now)
        self.run = TimerRunner(ports, ports, voting, Audience(directory), lambda: now)

    async def approval(self, _approval_id: UUID) -> Review:
        return Review(self.approval_now)

    async def decide(self, change: Change, post: Sequence[Outgoing] = ()) -> None:
        self.approval_now = change.after
        self.changes.append(change)

    async def reschedule(self, approval: Approval) -> None:
        assert approval == self.approval_now

    async def deliver_posts(self, rows: Sequence[Outgoing]) -> None:
        self.posts += rows

    async def update_card(self, _approval_id: UUID, review: Review) -> None:
        assert review.approval == self.approval_now

    async def fire(self) -> list[Event]:
        await self.run.fire(self.approval_now.id)
        return [change.event for change in self.changes]

    @property
    def only(self) -> dict[str, Any]:
        """What the ledger gets of the one thing that happened."""
        (change,) = self.changes
        assert isinstance(change.detail, dict)
        return change.detail

    @property
    def notes(self) -> list[str]:
        return [
            str(row.body["text"]) for row in self.posts if isinstance(row.body, dict) and row.kind is NOTE
        ]


async def test_rows_that_expire_are_decided_and_their_run_goes_on() -> None:
    timers = Timers(asked(TWO, "", ""))
    assert await timers.fire() == [Event.TIMED_OUT]
    after = timers.approval_now
    assert after.status is Status.DECIDED
    assert after.answer == {"decisions": [{"type": "reject", "message": REJECTED}] * 2}
    assert [vote and (vote.by.name, vote.at, vote.expired) for vote in after.votes] == [
        ("the rule “r”", DEADLINE, True)
    ] * 2
    rejected = {"kind": "reject", "message": REJECTED, "value": None}
    assert timers.only == {
        "rows": [0, 1],
        "rules": ["r"],
        "deadline": {"0": WHEN, "1": WHEN},
        "decisions": {"0": rejected, "1": rejected},
    }
    assert len(timers.notes) == 1


async def test_a_row_stays_open_whose_rule_keeps_it_and_the_thread_is_told() -> None:
    timers = Timers(asked(TWO, "", 'on_expiry = "keep"'))
    assert await timers.fire() == [Event.TIMED_OUT]
    assert (timers.approval_now.status, timers.approval_now.open_rows) == (Status.PENDING, (1,))
    assert timers.only["decisions"]["1"] == "kept open"
    assert len(timers.notes) == 1
    assert timers.approval_now.answer is None


async def test_a_run_that_is_cancelled_has_no_answer_and_the_ledger_says_so() -> None:
    timers = Timers(asked(actions(["approve", "edit"]), ""))
    await timers.fire()
    assert timers.approval_now.ends_run
    assert timers.approval_now.answer is None
    assert timers.only["decisions"]["0"]["ends_run"] is True


async def test_votes_that_were_too_few_are_part_of_the_reason() -> None:
    approval = asked(actions(BOTH), "quorum = 2")
    alone, voted = Timers(approval), Timers(approval)
    voted.approval_now = replace(
        approval, row_votes=(replace(approval.votes_on(0), votes=(vote("UBOB", DecisionKind.APPROVE),)),)
    )
    await alone.fire()
    await voted.fire()
    assert alone.approval_now.status_reason != voted.approval_now.status_reason


# From 13:00 to 15:00.
CALENDAR = calendar("SUMMARY:Year end\nDTSTART:20261126T130000Z\nDTEND:20261126T150000Z")
FREEZE = 'on_expiry = "approve"\nfreeze = "year.ics"'


@pytest.mark.parametrize(
    ("hours", "status"),
    [(2, Status.PENDING), (4, Status.PENDING)],
    ids=["during the freeze", "late, after the freeze in which it expired"],
)
async def test_in_a_freeze_nothing_is_approved_by_expiring(hours: float, status: Status) -> None:
    rule = a_rule(f'{FREEZE}\nexpire_after = "2h"', year=CALENDAR)
    timers = Timers(asked(actions(BOTH), rule), OPENED + timedelta(hours=hours))
    await timers.fire()
    assert timers.approval_now.status is status
    assert timers.only["deadline"] == {"0": WHEN}
    assert "freeze" in timers.notes[0]


async def test_without_a_freeze_it_is_approved_by_expiring() -> None:
    timers = Timers(asked(actions(BOTH), 'on_expiry = "approve"'))
    await timers.fire()
    assert timers.approval_now.answer == {"decisions": [{"type": "approve"}]}


ESCALATES = 'escalate_after = "1h"\nescalate_to = {users = ["UBOSS"]}\n'


async def test_each_rule_escalates_its_own_rows_once() -> None:
    rules = (ESCALATES, ESCALATES, ESCALATES.replace("UBOSS", "UCFO"))
    timers = Timers(asked(actions(BOTH, BOTH, BOTH), *rules), OPENED + timedelta(hours=1))
    assert await timers.fire() == [Event.ESCALATED]
    assert timers.only == {"rows": [0, 1, 2], "rules": ["r"] * 2, "notified": ["UBOSS", "UCFO"]}
    assert [(row.kind, row.channel) for row in timers.posts] == [
        (NOTE, "C1"),
        (NOTE, "C1"),
        (DIRECT, "UBOSS"),
        (DIRECT, "UCFO"),
    ]
    assert len({row.key for row in timers.posts}) == 4, "what has the same key is posted once"
    assert [row.key.rpartition(":")[2] for row in timers.posts if row.kind is NOTE] == ["0", "2"]


async def test_who_is_notified_by_a_rule_is_reminded() -> None:
    rules = ('remind_after = "1h"\nnotify = ["UBOB"]', 'remind_after = "1h"\nnotify = ["UEVE"]')
    timers = Timers(asked(TWO, *rules), OPENED + timedelta(hours=1))
    assert await timers.fire() == [Event.REMINDED]
    assert timers.only == {"rows": [0, 1], "rules": ["r", "r"]}
    assert [row.channel for row in timers.posts if row.kind is DIRECT] == ["UBOB", "UEVE"]


def claimed(until: datetime) -> Approval:
    return replace(asked(actions(BOTH), ""), claim=Claim(by=person("UBOB"), at=until - CLAIM_PERIOD))


async def test_what_somebody_has_in_hand_is_released_when_its_time_is_over() -> None:
    now = OPENED + timedelta(hours=1)
    over, lasting = Timers(claimed(now), now), Timers(claimed(now + timedelta(seconds=1)), now)
    assert await over.fire() == [Event.RELEASED]
    assert over.only == {"claimed_by": "UBOB"}
    assert over.posts == []
    assert await lasting.fire() == []


async def test_what_expires_is_not_released_first() -> None:
    timers = Timers(claimed(DEADLINE))
    assert await timers.fire() == [Event.TIMED_OUT]


@pytest.mark.parametrize(
    ("later", "events"),
    [(timedelta(0), [Event.SENT]), (timedelta(seconds=1), [])],
)
async def test_a_decision_is_sent_when_it_can_be_undone_no_more(
    later: timedelta, events: list[Event]
) -> None:
    decided = asked(actions(BOTH), "").with_votes({0: vote("UBOB", DecisionKind.APPROVE)})
    waiting = replace(decided, undo_until=DEADLINE + later)
    assert waiting.status is Status.DECIDED
    timers = Timers(waiting)
    assert await timers.fire() == events
    assert timers.posts == [], "nobody asked for it"


async def test_a_decision_that_was_sent_has_no_timer() -> None:
    decided = asked(actions(BOTH), "").with_votes({0: vote("UBOB", DecisionKind.APPROVE)})
    assert await Timers(decided).fire() == []
