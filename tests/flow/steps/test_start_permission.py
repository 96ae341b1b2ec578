"""Who may start a run, by START, and how recently Slack has to have said who they are."""

from typing import Any
from uuid import UUID

import pytest

from countersign.approvals.errors import CountersignError
from countersign.approvals.person import Person, Standing
from countersign.flow.observability.observer import Observer
from countersign.flow.steps.start_permission import MayNotStart, StartPermission, StartPolicy

MEMBERS, GUESTS, EVERYONE = StartPolicy.MEMBERS, StartPolicy.GUESTS, StartPolicy.EVERYONE


class Directory:
    """Everybody has one standing. What was asked: who, where, and how old the answer may be."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self.asked: list[tuple[str, str | None, float]] = []

    async def person(self, user: str, channel: str | None = None, *, max_age: float = 0.0) -> Person:
        self.asked.append((user, channel, max_age))
        return Person(id=user, name="u", standing=self.standing)


class Refusals(Observer):
    def __init__(self) -> None:
        super().__init__()
        self.counted: list[tuple[type, Any, Any]] = []

    def refused(
        self,
        error: CountersignError,
        *,
        approval_id: UUID | None = None,
        thread_id: str | None = None,
        by: str,
    ) -> None:
        self.counted.append((type(error), thread_id, by))


def permission(
    standing: Standing, policy: StartPolicy = MEMBERS, observer: Observer | None = None
) -> tuple[StartPermission, Directory]:
    directory: Any = Directory(standing)
    return StartPermission(directory, policy, observer), directory


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        (MEMBERS, {Standing.MEMBER}),
        (GUESTS, {Standing.MEMBER, Standing.GUEST}),
        (EVERYONE, set(Standing)),
    ],
)
@pytest.mark.parametrize("standing", list(Standing))
async def test_start_names_who_may(policy: StartPolicy, allowed: set[Standing], standing: Standing) -> None:
    may, _ = permission(standing, policy)
    assert (await may.refusal("U1") is None) is (standing in allowed)


@pytest.mark.parametrize(
    ("standing", "says"),
    [(Standing.GUEST, "Guests can't"), (Standing.STRANGER, "other workspaces"), (Standing.BOT, "Apps can't")],
)
async def test_who_may_not_is_told_why_and_it_is_counted(standing: Standing, says: str) -> None:
    refusals = Refusals()
    may, _ = permission(standing, observer=refusals)
    assert says in str(await may.refusal("U1", thread_id="T1/C1/1.0"))
    assert refusals.counted == [(MayNotStart, "T1/C1/1.0", "U1")]


async def test_of_a_message_slacks_answer_may_be_a_minute_old_and_of_a_click_it_may_not() -> None:
    may, directory = permission(Standing.MEMBER)
    await may.refusal("U1")
    await may.refusal("U1", "C1")
    assert directory.asked == [("U1", None, 60.0), ("U1", "C1", 0.0)]


async def test_where_everyone_may_start_slack_is_not_asked() -> None:
    may, directory = permission(Standing.STRANGER, EVERYONE)
    assert await may.refusal("U1", "C1") is None
    assert directory.asked == []


async def test_a_click_of_somebody_who_may_not_is_an_error_with_the_refusal() -> None:
    may, _ = permission(Standing.GUEST)
    with pytest.raises(MayNotStart, match="Guests can't"):
        await may.check("U1", "C1")
    allowed, _ = permission(Standing.MEMBER)
    await allowed.check("U1", "C1")
