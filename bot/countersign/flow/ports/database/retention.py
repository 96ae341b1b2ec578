"""What retention needs of the database: the idle threads, and their rows deleted."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class ThreadAge:
    """A place in the order of threads by when they were last touched, and by id."""

    touched_at: datetime
    thread_id: str


BEFORE_ALL = ThreadAge(touched_at=datetime(1970, 1, 1, tzinfo=UTC), thread_id="")


@dataclass(frozen=True, kw_only=True)
class ThreadPage:
    """Threads by age: the ids of those in which nothing waits, and where the page ends; None: it is empty."""

    idle: tuple[str, ...]
    end: ThreadAge | None


class RetentionStore(Protocol):
    """What the tables keep, and delete in time."""

    async def delete_expired_events(self) -> None: ...

    async def delete_expired_effects(self, seconds: float) -> None: ...

    async def idle_threads(self, seconds: float, after: ThreadAge, limit: int) -> ThreadPage: ...

    async def threads_to_compact(self, seconds: float, after: ThreadAge, limit: int) -> ThreadPage: ...

    async def is_idle(self, thread_id: str, seconds: float) -> bool:
        """Whether nothing is pending in the thread, and nobody has touched it for so long."""
        ...

    async def mark_compacted(self, thread_id: str) -> None: ...

    def deleting(self, session: Any, thread_id: str, seconds: float) -> AbstractAsyncContextManager[bool]:
        """Delete all rows of an idle thread except its ledger. False: it is not idle any more, so it stays.

        The block runs in the same transaction, on the session of the thread's lock.
        """
        ...
