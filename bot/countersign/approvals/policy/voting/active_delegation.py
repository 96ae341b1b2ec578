"""A delegation in force: the delegate counts for the seats of a person who is away."""

from dataclasses import dataclass
from uuid import UUID

from countersign.approvals.person import Person
from countersign.approvals.policy.approver_set import Source


@dataclass(frozen=True, kw_only=True)
class ActiveDelegation:
    delegate: str  # a user id
    delegator: Person  # as they are now
    sources: frozenset[Source] | None = None  # the only ones whose seats it is for; None: all
    delegation_id: UUID | None = None
