"""The content of an inbox: pages of approvals, and their reader."""

from dataclasses import dataclass

from countersign.approvals.assignment.delegation import Delegation
from countersign.approvals.person import Person, Standing
from countersign.flow.grants.listed_grant import ListedGrant
from countersign.flow.home.counting import COUNTED
from countersign.flow.home.quiet_hours import QuietHours
from countersign.flow.review import Review

PAGE = 8  # approvals on a page of the Home tab


@dataclass(frozen=True, kw_only=True)
class ApprovalPage:
    """A page of approvals, and how many there are in all, counted as far as one more than COUNTED."""

    reviews: tuple[Review, ...] = ()
    total: int = 0
    page: int = 0  # from 0
    size: int = PAGE

    @property
    def pages(self) -> int:
        return max(-(-min(self.total, COUNTED) // self.size), 1)


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Whose inbox it is. `keys` are compared with what approvals await, `channels` is where they may look."""

    person: Person
    keys: tuple[str, ...]
    channels: tuple[str, ...]

    @property
    def decides(self) -> bool:
        return self.person.standing is Standing.MEMBER


@dataclass(frozen=True, kw_only=True)
class HistoryPage:
    """A page of what was decided; `more` was decided before."""

    reviews: tuple[Review, ...]
    more: bool


@dataclass(frozen=True, kw_only=True)
class Inbox:
    reader: Reader
    waiting: ApprovalPage
    asked: ApprovalPage
    decided: tuple[Review, ...] = ()
    grants: tuple[ListedGrant, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    quiet_hours: QuietHours | None = None
