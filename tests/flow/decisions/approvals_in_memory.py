"""Approvals that are held in memory, in place of those in a database."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast
from uuid import UUID

from countersign.approvals.approval import Approval
from countersign.approvals.ledger import Change
from countersign.flow.errors import Conflict
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.review import Review

if TYPE_CHECKING:
    from countersign.flow.ports import Store


class ApprovalsInMemory:
    """`conflicts`: how many changes are refused because somebody else was first.

    `meanwhile` is called with each of them, and may change what is held.
    """

    def __init__(self, *approvals: Approval) -> None:
        self.approvals = {each.id: each for each in approvals}
        self.changes: list[Change] = []
        self.posted: list[Outgoing] = []
        self.conflicts = 0
        self.meanwhile: Callable[[], None] = lambda: None

    async def approval(self, approval_id: UUID) -> Review | None:
        found = self.approvals.get(approval_id)
        return Review(found) if found is not None else None

    async def decide(self, change: Change, post: Sequence[Outgoing] = ()) -> None:
        if self.conflicts:
            self.conflicts -= 1
            self.meanwhile()
            raise Conflict
        self.approvals[change.after.id] = change.after
        self.changes.append(change)
        self.posted += post

    @property
    def store(self) -> "Store":
        return cast("Store", self)
