"""Delegation: while somebody is away, another person counts for the seats that are theirs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from countersign.approvals.errors import CountersignError
from countersign.approvals.person import Person, Standing
from countersign.approvals.votes.eligibility import check_may_decide
from countersign.i18n import Text, lazy_text

LONGEST = timedelta(days=366)


class DelegationRefused(CountersignError):
    """This can't be delegated."""


@dataclass(frozen=True, kw_only=True)
class UserGroup:
    id: str
    handle: str  # with its `@`; it may change, the id does not


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """`group`: it is for the seats of this group alone; None: for all of the delegator's."""

    id: UUID
    team: str
    delegator: str  # a user id, as is `delegate`
    delegator_name: str
    delegate: str
    delegate_name: str
    group: UserGroup | None
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None  # stopped, or found to be over

    def is_active(self, now: datetime) -> bool:
        return self.ended_at is None and self.starts_at <= now < self.ends_at

    def overlaps(self, other: "Delegation") -> bool:
        """Whether there is a seat that both may be for. Says nothing about when."""
        return self.group is None or other.group is None or self.group.id == other.group.id


def check_may_delegate(
    new: Delegation, delegator: Person, delegate: Person, active: Iterable[Delegation]
) -> None:
    """Raise DelegationRefused or MayNotDecide unless this delegation may start beside the active ones.

    A person who is away for the same seats cannot be a delegate, so there are no chains or cycles.
    """
    check_may_decide(delegator)
    if new.delegate == new.delegator:
        raise DelegationRefused(lazy_text("You can't delegate to yourself. Choose somebody else."))
    if delegate.standing is not Standing.MEMBER:
        raise DelegationRefused(_NO_DELEGATE[delegate.standing])
    if new.ends_at <= new.starts_at:
        raise DelegationRefused(lazy_text("That time has passed. Choose a later one."))
    if new.ends_at - new.starts_at > LONGEST:
        raise DelegationRefused(lazy_text("That is too long. A delegation lasts a year at most."))
    for other in active:
        if not new.overlaps(other):
            continue
        if other.delegator == new.delegator:
            raise DelegationRefused(_delegated_already(other))
        if other.delegator == new.delegate and other.delegate == new.delegator:
            raise DelegationRefused(
                lazy_text(
                    "{delegator_name} has delegated to you, so you can't delegate to them. Choose "
                    "somebody else.",
                    delegator_name=other.delegator_name,
                )
            )
        if other.delegator == new.delegate:
            raise DelegationRefused(
                lazy_text(
                    "{delegator_name} is away and has delegated to {delegate_name}. Choose somebody else.",
                    delegator_name=other.delegator_name,
                    delegate_name=other.delegate_name,
                )
            )


def not_passed_on(new: Delegation, active: Iterable[Delegation]) -> tuple[Delegation, ...]:
    """The delegations to whoever starts this one: their seats are not passed on with it."""
    return tuple(other for other in active if other.delegate == new.delegator)


_NO_DELEGATE = {
    Standing.GUEST: lazy_text("Guests can't decide approvals. Delegate to a full member."),
    Standing.STRANGER: lazy_text(
        "People from other workspaces can't decide approvals. Delegate to a colleague."
    ),
    Standing.BOT: lazy_text("Apps can't decide approvals. Delegate to a person."),
    Standing.OUTSIDE: lazy_text("They can't see this channel. Choose somebody else."),
    Standing.GONE: lazy_text(
        "Slack doesn't know them as an active member of this workspace. Choose somebody else."
    ),
}


def _delegated_already(other: Delegation) -> Text:
    if other.group is None:
        return lazy_text(
            "You delegated to {name} already. Use `/approvals delegate stop` first.", name=other.delegate_name
        )
    return lazy_text(
        "You delegated for {group} to {name} already. Use `/approvals delegate stop` first.",
        group=other.group.handle,
        name=other.delegate_name,
    )
