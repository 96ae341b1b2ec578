"""Delegations: while somebody is away, a person whom they named decides in their place."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from countersign.approvals.assignment.delegation import (
    Delegation,
    UserGroup,
    check_may_delegate,
    not_passed_on,
)
from countersign.approvals.person import Person
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.ports import Clock, DelegationStore
from countersign.i18n import AnyText, Text, lazy_text, text_to_json


class ManageDelegations:
    def __init__(self, store: DelegationStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def start(
        self,
        team: str,
        delegator: Person,
        delegate: Person,
        ends_at: datetime,
        zone: ZoneInfo,
        group: UserGroup | None = None,
    ) -> tuple[Delegation, tuple[Delegation, ...]]:
        """Start the delegation. Returns it, and the delegations to the delegator, which are not passed on.

        The delegate is notified. Raises DelegationRefused and MayNotDecide.
        """
        new = Delegation(
            id=uuid4(),
            team=team,
            delegator=delegator.id,
            delegator_name=delegator.name,
            delegate=delegate.id,
            delegate_name=delegate.name,
            group=group,
            starts_at=self._clock(),
            ends_at=ends_at,
        )
        kept: tuple[Delegation, ...] = ()

        def check(active: Sequence[Delegation]) -> None:
            nonlocal kept
            check_may_delegate(new, delegator, delegate, active)
            kept = not_passed_on(new, active)

        text = lazy_text(
            "{person} is away and asked you to decide in their place{scope}, {until}. "
            "Cards say that you decide for them.",
            person=delegator.name,
            scope=scope(new),
            until=until(ends_at, zone),
        )
        await self._store.start(new, delegator, check, (_direct_message(new, "started", delegate.id, text),))
        return new, kept

    async def stop(self, team: str, delegator: Person) -> tuple[Delegation, ...]:
        """End all delegations of this person and return them. The delegates are notified."""
        return await self._store.stop(team, delegator, self._clock(), _stopped)

    async def of(self, team: str, user: str) -> tuple[Delegation, ...]:
        """The active delegations by this person and to them."""
        active = await self._store.active(team, self._clock())
        return tuple(each for each in active if user in {each.delegator, each.delegate})

    async def end_lapsed(self) -> int:
        """Record the end of delegations that have expired; returns how many."""
        return await self._store.end_lapsed(self._clock())

    def now(self) -> datetime:
        return self._clock()


def until(ends_at: datetime, zone: ZoneInfo) -> Text:
    """`until the end of Friday, 27 November 2026 (Europe/Berlin)`."""
    here = ends_at.astimezone(zone)
    at_midnight = (here.hour, here.minute, here.second) == (0, 0, 0)
    if at_midnight:
        last_day = (here - timedelta(minutes=1)).date()
        return lazy_text("until the end of {day} ({zone})", day=last_day, zone=zone.key)
    time = f"{here:%H:%M}"
    return lazy_text("until {day}, {time} ({zone})", day=here.date(), time=time, zone=zone.key)


def scope(delegation: Delegation) -> AnyText:
    group = delegation.group
    return lazy_text(" for {group}", group=group.handle) if group is not None else ""


def _stopped(delegation: Delegation) -> Outgoing:
    text = lazy_text(
        "{person} is back: you don't decide in their place any more{scope}.",
        person=delegation.delegator_name,
        scope=scope(delegation),
    )
    return _direct_message(delegation, "stopped", delegation.delegate, text)


def _direct_message(delegation: Delegation, what: str, user: str, text: Text) -> Outgoing:
    return Outgoing(
        key=f"delegation:{delegation.id}:{what}",
        kind=OutgoingKind.PRIVATE_NOTE,
        team=delegation.team,
        channel=user,
        thread_ts=None,
        body={"text": text.source, "said": text_to_json(text)},
    )
