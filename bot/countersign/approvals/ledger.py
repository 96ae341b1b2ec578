"""What the ledger keeps: every change of an approval, who made it and when. Nothing is ever taken back."""

from dataclasses import dataclass
from enum import StrEnum

from countersign.approvals.approval import Approval
from countersign.approvals.json import Json
from countersign.approvals.person import Person


class Event(StrEnum):
    OPENED = "opened"
    VOTED = "voted"  # a row was decided, others are still open
    DECIDED = "decided"  # the last row was decided
    RESUMED = "resumed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Change:
    """An approval as it becomes, and why. `by` is None where the bot itself acted."""

    after: Approval
    event: Event
    by: Person | None = None
    detail: Json = None

    @property
    def expected_version(self) -> int:
        """The stored version that this change is made on; 0 when the approval is new."""
        return 0 if self.event is Event.OPENED else self.after.version - 1
