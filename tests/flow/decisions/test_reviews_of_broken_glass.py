"""Which uses of `break_glass` somebody may review, and who is reminded of them, without a database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.person import Person
from countersign.approvals.votes.break_glass import GlassBreak, NoSuchReview
from countersign.flow.decisions.break_glass_reviews import MAX_LISTED, BreakGlassReviews
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import BreakGlassStore
from tests.approvals.policy.policies import NOW, a_rule, person
from tests.approvals.test_record import an_approval
from tests.flow.decisions.approvals_in_memory import ApprovalsInMemory
from tests.support.fakes.fake_directory import FakeDirectory

LEAD, BOB, DAVE = person("ULEAD"), person("UBOB"), person("UDAVE")
FINANCE = a_rule('approvers = [{group = "@finance"}]\nbreak_glass = [{users = ["ULEAD"]}]\n')
BOARD = a_rule('approvers = [{users = ["UDAVE"]}]\nbreak_glass = [{users = ["ULEAD"]}]\n')
OF_FINANCE, OF_THE_BOARD = an_approval(FINANCE), an_approval(BOARD)


def use(number: int, approval: Approval = OF_FINANCE, by: Person = LEAD) -> GlassBreak:
    return GlassBreak(
        id=UUID(int=number), approval_id=approval.id, row=0, rule="r", by=by, reason="down", at=NOW
    )


GONE = replace(use(99), approval_id=UUID(int=0))  # its approval was deleted


class Uses(BreakGlassStore):
    def __init__(self, *uses: GlassBreak) -> None:
        self.uses = list(uses)
        self.notes: list[str] = []
        self.told_at: dict[UUID, datetime] = {}
        self.somebody_was_first = False

    async def unreviewed(self, team: str, limit: int) -> tuple[GlassBreak, ...]:
        assert team == "T1"
        return tuple(self.uses[:limit])

    async def find(self, use_id: UUID) -> GlassBreak | None:
        return next((each for each in self.uses if each.id == use_id), None)

    async def reviewed(
        self, use: GlassBreak, thread_id: str, by: Person, at: datetime, note: str, post: Sequence[Outgoing]
    ) -> bool:
        assert (thread_id, at) == (OF_FINANCE.thread_id, NOW)
        self.notes.append(f"{by.name}: {note}")
        return not self.somebody_was_first

    async def to_remind(self, team: str, before: datetime, limit: int) -> tuple[GlassBreak, ...]:
        return tuple(each for each in self.uses if self.told_at.get(each.id, each.at) <= before)[:limit]

    async def reminded(self, use_id: UUID, at: datetime, post: Sequence[Outgoing]) -> None:
        self.told_at[use_id] = at


class Reviewing:
    def __init__(self, *uses: GlassBreak) -> None:
        self.uses = Uses(*uses)
        self.posted: list[Outgoing] = []
        self.now = NOW
        directory = FakeDirectory(groups={"@finance": {"UBOB", "ULEAD"}})
        self.reviews = BreakGlassReviews(
            self.uses,
            ApprovalsInMemory(OF_FINANCE, OF_THE_BOARD).store,
            Voting(CurrentPolicy(), directory, lambda: self.now),
            Audience(directory),
            lambda: self.now,
            self._deliver,
        )

    async def _deliver(self, post: Sequence[Outgoing]) -> None:
        self.posted += post

    async def waiting_for(self, who: Person) -> list[int]:
        return [found.use.id.int for found in await self.reviews.waiting_for("T1", who)]


async def test_an_approver_of_its_rule_sees_it_and_not_whoever_broke_the_glass() -> None:
    reviewing = Reviewing(GONE, use(1), use(2, OF_THE_BOARD), use(3))
    assert await reviewing.waiting_for(BOB) == [1, 3]
    assert await reviewing.waiting_for(DAVE) == [2]
    assert await reviewing.waiting_for(LEAD) == []


async def test_the_oldest_twenty_are_listed() -> None:
    reviewing = Reviewing(*(use(number) for number in range(30)))
    assert MAX_LISTED == 20
    assert await reviewing.waiting_for(BOB) == list(range(20))


async def test_a_review_is_recorded_and_told_in_the_thread() -> None:
    reviewing = Reviewing(use(1))
    found = await reviewing.reviews(UUID(int=1), BOB, "It was right.")
    assert (found.use, found.review.approval) == (use(1), OF_FINANCE)
    assert reviewing.uses.notes == ["Bob: It was right."]
    assert [row.kind for row in reviewing.posted] == [OutgoingKind.NOTE]


async def test_what_is_reviewed_or_deleted_or_unknown_cannot_be_reviewed() -> None:
    reviewing = Reviewing(use(1), GONE)
    for number in (99, 5):
        with pytest.raises(NoSuchReview):
            await reviewing.reviews(UUID(int=number), BOB, "")
    reviewing.uses.somebody_was_first = True
    with pytest.raises(NoSuchReview):
        await reviewing.reviews(UUID(int=1), BOB, "")
    assert reviewing.posted == []


@pytest.mark.parametrize("who", [DAVE, LEAD])
async def test_who_may_not_review_it_does_not(who: Person) -> None:
    reviewing = Reviewing(use(1))
    with pytest.raises(MayNotDecide):
        await reviewing.reviews(UUID(int=1), who, "")
    assert (reviewing.uses.notes, reviewing.posted) == ([], [])


async def test_the_approvers_are_reminded_each_day_until_it_is_reviewed() -> None:
    reviewing = Reviewing(GONE, use(1), use(2, OF_THE_BOARD))
    reviewing.now += timedelta(days=1) - timedelta(seconds=1)
    assert await reviewing.reviews.remind("T1") == 0
    reviewing.now += timedelta(seconds=1)
    assert await reviewing.reviews.remind("T1") == 3
    assert [(row.kind, row.channel) for row in reviewing.posted] == [
        (OutgoingKind.DIRECT, "UBOB"),
        (OutgoingKind.DIRECT, "UDAVE"),
    ]
    reviewing.posted.clear()
    await reviewing.reviews.remind("T1")
    assert reviewing.posted == []
    reviewing.now += timedelta(days=1)
    await reviewing.reviews.remind("T1")
    assert len(reviewing.posted) == 2
