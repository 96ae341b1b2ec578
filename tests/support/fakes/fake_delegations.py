"""Delegations that last, as a test sets them, in place of those in a database."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from countersign.approvals.assignment.delegation import Delegation, UserGroup
from countersign.flow.ports import Delegations

BEGAN = datetime(2026, 11, 26, tzinfo=UTC)


def delegation(
    delegator: str,
    delegate: str,
    group: UserGroup | None = None,
    *,
    starts_at: datetime = BEGAN,
    lasts: timedelta = timedelta(days=1),
    team: str = "T1",
) -> Delegation:
    return Delegation(
        id=uuid4(),
        team=team,
        delegator=delegator,
        delegator_name=delegator.lower(),
        delegate=delegate,
        delegate_name=delegate.lower(),
        group=group,
        starts_at=starts_at,
        ends_at=starts_at + lasts,
    )


class FakeDelegations(Delegations):
    def __init__(self, *lasting: Delegation) -> None:
        self._all = lasting

    async def active(self, team: str, now: datetime) -> tuple[Delegation, ...]:
        return tuple(each for each in self._all if each.team == team and each.is_active(now))
