"""What inboxes and Home tabs need of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from countersign.flow.home.quiet_hours import QuietHours
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.review import Review


@dataclass(frozen=True, kw_only=True)
class OpenedHome:
    """A Home tab that somebody opened. `shown` is a digest of what was published last."""

    user: str
    page: int
    shown: str | None


class QuietHoursStore(Protocol):
    """Raises DatabaseUnavailable."""

    async def quiet_hours(self, team: str, user: str) -> QuietHours | None: ...

    async def set_quiet_hours(self, team: str, user: str, hours: QuietHours | None) -> None:
        """None: from now on there are none. What was held is looked at again."""
        ...

    async def hold(self, row: Outgoing, until: datetime) -> None:
        """Keep a direct message until then."""
        ...


class InboxStore(Protocol):
    """Raises DatabaseUnavailable and StatementFailed."""

    async def waiting_for(
        self, team: str, user: str, keys: Sequence[str], channels: Sequence[str], offset: int, limit: int
    ) -> tuple[tuple[Review, ...], int]:
        """A page, and how many there are in all, at most COUNTED + 1; 0 where the page is empty."""
        ...

    async def waiting_elsewhere(
        self, team: str, keys: Sequence[str], channels: Sequence[str], limit: int
    ) -> tuple[str, ...]:
        """Other channels than these with cards that wait for these keys."""
        ...

    async def asked_by(self, team: str, user: str, limit: int) -> tuple[tuple[Review, ...], int]: ...

    async def decided_lately(self, team: str, user: str, offset: int, limit: int) -> tuple[Review, ...]: ...

    async def quiet_hours(self, team: str, user: str) -> QuietHours | None: ...


class HomeStore(Protocol):
    """Every method is one statement. All raise DatabaseUnavailable."""

    async def open_home(self, team: str, user: str, page: int) -> None: ...

    async def touch_home(self, team: str, user: str) -> None: ...

    async def claim_home(self, team: str, user: str) -> OpenedHome | None: ...

    async def claim_due_homes(self, team: str, limit: int) -> tuple[OpenedHome, ...]: ...

    async def set_home_keys(self, team: str, user: str, keys: Sequence[str]) -> None: ...

    async def home_published(
        self, team: str, home: OpenedHome, shown: str, page: int, seconds: float
    ) -> None:
        """Record that it shows this page. It is not published again for this many seconds."""
        ...

    async def home_failed(self, team: str, user: str, seconds: float) -> None: ...

    async def mark_stale_homes(self, limit: int) -> None: ...
