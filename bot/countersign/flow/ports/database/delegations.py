"""What the use cases need of the database for delegations."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from countersign.approvals.assignment.delegation import Delegation
from countersign.approvals.person import Person
from countersign.flow.messages.outgoing import Outgoing


class Delegations(Protocol):
    """Raises DatabaseUnavailable."""

    async def active(self, team: str, now: datetime) -> tuple[Delegation, ...]:
        """All that last now, the oldest first."""
        ...


class DelegationStore(Delegations, Protocol):
    """Every method is one transaction, with an entry in the ledger for each change."""

    async def start(
        self,
        new: Delegation,
        by: Person,
        check: Callable[[Sequence[Delegation]], None],
        post: Sequence[Outgoing],
    ) -> None:
        """Store it, unless `check` raises for those that last at its start. Two starts at once take turns."""
        ...

    async def stop(
        self, team: str, by: Person, now: datetime, announce: Callable[[Delegation], Outgoing]
    ) -> tuple[Delegation, ...]:
        """End all of this person's that last, and post what `announce` makes of each; returns them."""
        ...

    async def end_lapsed(self, now: datetime) -> int:
        """Record the end of those whose time is over; returns how many."""
        ...
