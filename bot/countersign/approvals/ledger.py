"""What the ledger keeps: every change of an approval, who made it and when. Nothing is ever taken back."""

from dataclasses import dataclass
from enum import StrEnum

from countersign.approvals.approval import Approval
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Event, check_event
from countersign.approvals.person import Person


class Observation(StrEnum):
    """What the ledger keeps although the approval stays as it is."""

    SHOWN = "shown"  # its card was posted: which digest it shows, and where it stands
    CARD_DELETED = "card_deleted"  # its card's message is gone, and whether it is posted again
    REFUSED = "refused"  # somebody tried to decide and may not: who, how and why not


class DelegationEvent(StrEnum):
    """What the ledger keeps of delegations. Their use is in the entries of the votes."""

    STARTED = "delegation_started"
    ENDED = "delegation_ended"  # stopped by somebody, or its time is over


@dataclass(frozen=True, kw_only=True)
class Change:
    """An approval as it becomes, and why. `by` is None where the bot itself acted.

    Raises IllegalTransition for an event that does not lead to the approval's state.
    """

    after: Approval
    event: Event
    by: Person | None = None
    detail: Json = None

    def __post_init__(self) -> None:
        check_event(self.event, self.after.status)

    @property
    def expected_version(self) -> int:
        """The stored version that this change is made on; 0 when the approval is new."""
        return 0 if self.event is Event.OPENED else self.after.version - 1
