"""A round of the timers: what one approval's error does to the others, and what another process did."""

from collections.abc import MutableMapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.flow.errors import Conflict, DatabaseUnavailable
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.voting import Voting
from countersign.flow.review import Review
from countersign.flow.timers.timer_runner import TimerRunner
from tests.approvals.policy.policies import a_rule
from tests.approvals.test_record import OPENED, an_approval
from tests.support.fakes.fake_directory import FakeDirectory

Logged: TypeAlias = list[MutableMapping[str, Any]]
REMINDS = a_rule('remind_after = "1h"\nnotify = ["UBOB"]')
LATER = OPENED + timedelta(hours=2)


class Timers:
    """Approvals with timers, as the store has them. `errors` are raised by the next reads or changes."""

    def __init__(self, *approvals: Approval) -> None:
        self.approvals = {each.id: each for each in approvals}
        self.read_errors: dict[UUID, Exception] = {}
        self.conflicts = 0
        self.done: list[Any] = []
        directory = FakeDirectory()
        self.run = TimerRunner(
            self,
            self,  # type: ignore[arg-type]  # what timers use of the delivery
            Voting(CurrentPolicy(), directory, lambda: LATER),
            Audience(directory),
            lambda: LATER,
        )

    async def due_approvals(self, now: datetime, limit: int) -> tuple[UUID, ...]:
        self.done.append(("due", now, limit))
        return tuple(self.approvals)

    async def approval(self, approval_id: UUID) -> Review | None:
        if approval_id in self.read_errors:
            raise self.read_errors[approval_id]
        found = self.approvals.get(approval_id)
        return Review(found) if found is not None else None

    async def decide(self, change: Change, post: Sequence[Outgoing] = ()) -> None:
        self.done.append(("decide", change.event, [row.kind for row in post]))
        if self.conflicts:
            self.conflicts -= 1
            raise Conflict
        self.approvals[change.after.id] = change.after

    async def reschedule(self, approval: Approval) -> None:
        self.done.append(("reschedule", approval.id))

    async def postpone_timer(self, approval_id: UUID, now: datetime, until: datetime) -> None:
        self.done.append(("postpone", approval_id, now, until))

    async def deliver_posts(self, rows: Sequence[Outgoing]) -> None:
        self.done.append(("deliver", [row.kind for row in rows]))

    async def update_card(self, approval_id: UUID, review: Review) -> None:
        self.done.append(("card", review.approval == self.approvals[approval_id]))


def reminded() -> Approval:
    return replace(an_approval(REMINDS, value="Pay?"), id=uuid4())


REMINDER = [OutgoingKind.NOTE, OutgoingKind.DIRECT]


async def test_a_timer_is_saved_then_posted_then_shown_and_then_the_next_one_is_set() -> None:
    only = reminded()
    timers = Timers(only)
    assert await timers.run.run_due() == 1
    assert timers.done == [
        ("due", LATER, 50),
        ("decide", Event.REMINDED, REMINDER),
        ("deliver", REMINDER),
        ("card", True),
        ("reschedule", only.id),
    ]


async def test_what_changed_in_the_same_moment_is_looked_at_again() -> None:
    timers = Timers(reminded())
    timers.conflicts = 1
    await timers.run.run_due()
    names = [name for name, *_ in timers.done]
    assert names == ["due", "decide", "decide", "deliver", "card", "reschedule"]


async def test_an_approval_that_changes_all_the_time_is_left_to_the_next_round() -> None:
    timers = Timers(reminded())
    timers.conflicts = 1000
    assert await timers.run.run_due() == 1
    assert [name for name, *_ in timers.done] == ["due", *["decide"] * 10]


async def test_an_approval_that_is_gone_has_no_timer() -> None:
    timers = Timers()
    await timers.run.fire(uuid4())
    assert timers.done == []


async def test_one_approvals_error_postpones_it_and_holds_up_no_other(logged: Logged) -> None:
    broken, other = reminded(), reminded()
    timers = Timers(broken, other)
    timers.read_errors[broken.id] = ValueError("a defect")
    assert await timers.run.run_due() == 2
    assert timers.done[1] == ("postpone", broken.id, LATER, LATER + timedelta(minutes=1))
    assert timers.done[-1] == ("reschedule", other.id)
    assert [(line["event"], line["approval_id"]) for line in logged] == [("timer_failed", str(broken.id))]


async def test_without_a_database_the_round_ends() -> None:
    broken, other = reminded(), reminded()
    timers = Timers(broken, other)
    timers.read_errors[broken.id] = DatabaseUnavailable()
    with pytest.raises(DatabaseUnavailable):
        await timers.run.run_due()
    assert [name for name, *_ in timers.done] == ["due"]
