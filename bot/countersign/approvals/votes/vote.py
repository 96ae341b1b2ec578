"""One person's decision on one row of an approval."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from countersign.approvals.decision import Decision
from countersign.approvals.person import Person


@dataclass(frozen=True, kw_only=True)
class Vote:
    decision: Decision
    by: Person
    at: datetime
    broke_glass: bool = False  # it decided alone, where more would have been needed
    expired: bool = False  # nobody answered by then: `on_expiry` decided
    grant: UUID | None = None  # it was not asked: a grant of `by` decided it
    cancelled: bool = False  # the requester cancelled: a rejection, whoever may decide
    on_behalf_of: Person | None = None  # who is away, and for whom it counts

    @property
    def by_a_person(self) -> bool:
        return not self.expired and bool(self.by.id)
