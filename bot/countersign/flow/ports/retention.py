"""What is deleted in time: rows of idle threads, and LangGraph's checkpoints."""

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol


class Checkpoints(Protocol):
    """LangGraph's checkpoints of a thread at rest, on the session of its lock."""

    async def compact(self, thread_id: str, session: Any) -> None:
        """Delete all checkpoints but the latest."""
        ...

    async def delete(self, thread_id: str, session: Any) -> None: ...


class RetentionStore(Protocol):
    """What the tables keep, and delete in time."""

    async def delete_expired_events(self) -> None: ...

    async def delete_expired_effects(self, seconds: float) -> None: ...

    async def idle_threads(self, seconds: float, limit: int) -> tuple[str, ...]: ...

    async def threads_to_compact(self, seconds: float, limit: int) -> tuple[str, ...]: ...

    async def is_idle(self, thread_id: str, seconds: float) -> bool:
        """Whether nothing is pending in the thread, and nobody has touched it for so long."""
        ...

    async def mark_compacted(self, thread_id: str) -> None: ...

    def deleting(self, session: Any, thread_id: str, seconds: float) -> AbstractAsyncContextManager[bool]:
        """Delete all rows of an idle thread except its ledger. False: it is not idle any more, so it stays.

        The block runs in the same transaction, on the session of the thread's lock.
        """
        ...
