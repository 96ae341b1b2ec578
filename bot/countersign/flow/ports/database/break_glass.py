"""What the use cases need of the database for reviews of `break_glass`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from countersign.approvals.person import Person
from countersign.approvals.votes.break_glass import GlassBreak
from countersign.flow.messages.outgoing import Outgoing


class BreakGlassStore(Protocol):
    """Uses are stored with the decisions that they make. Raises DatabaseUnavailable."""

    async def unreviewed(self, team: str, limit: int) -> tuple[GlassBreak, ...]:
        """The oldest first."""
        ...

    async def find(self, use_id: UUID) -> GlassBreak | None:
        """None too once it is reviewed."""
        ...

    async def reviewed(
        self, use: GlassBreak, thread_id: str, by: Person, at: datetime, note: str, post: Sequence[Outgoing]
    ) -> bool:
        """Record the review, with its ledger entry; False if somebody else was first."""
        ...

    async def to_remind(self, team: str, before: datetime, limit: int) -> tuple[GlassBreak, ...]:
        """Unreviewed uses without a reminder since that moment, oldest first."""
        ...

    async def reminded(self, use_id: UUID, at: datetime, post: Sequence[Outgoing]) -> None: ...
