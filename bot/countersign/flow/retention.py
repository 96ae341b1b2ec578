"""What is forgotten, and when: never anything of a thread in which something waits or is to be done."""

from typing import Any, Protocol

import structlog

from countersign.flow.graph_state import ThreadBusy
from countersign.flow.ports import Locks

COMPACT_AFTER = 3600.0  # seconds at rest after which a thread keeps its latest checkpoint alone
_DAY = 86_400.0  # seconds
_BATCH = 200  # threads in one round

log = structlog.get_logger()


class Checkpoints(Protocol):
    async def compact(self, thread_id: str, session: Any) -> None:
        """Drop all checkpoints but the latest."""
        ...

    async def forget(self, thread_id: str, session: Any) -> None: ...


class Shelf(Protocol):
    """What `countersign.store.housekeeping` keeps and forgets."""

    async def forget_events(self) -> None: ...

    async def forget_effects(self, seconds: float) -> None: ...

    async def at_rest(self, seconds: float, limit: int) -> tuple[str, ...]: ...

    async def to_compact(self, seconds: float, limit: int) -> tuple[str, ...]: ...

    async def compacted(self, thread_id: str) -> None: ...

    async def forget_thread(self, thread_id: str) -> None: ...


class Retention:
    """`days` is how long a thread is kept after it was last touched; None keeps it for ever."""

    def __init__(self, shelf: Shelf, locks: Locks, checkpoints: Checkpoints, days: float | None) -> None:
        self._shelf = shelf
        self._locks = locks
        self._checkpoints = checkpoints
        self._seconds = None if days is None else days * _DAY

    async def __call__(self) -> None:
        await self._shelf.forget_events()
        for thread_id in await self._shelf.to_compact(COMPACT_AFTER, _BATCH):
            await self._compact(thread_id)
        if self._seconds is not None:
            await self._shelf.forget_effects(self._seconds)
            for thread_id in await self._shelf.at_rest(self._seconds, _BATCH):
                await self._forget(thread_id)

    async def _compact(self, thread_id: str) -> None:
        try:
            async with self._locks.hold(thread_id) as session:
                await self._checkpoints.compact(thread_id, session)
                await self._shelf.compacted(thread_id)
        except ThreadBusy:
            log.debug("thread_in_use", thread_id=thread_id)

    async def _forget(self, thread_id: str) -> None:
        try:
            async with self._locks.hold(thread_id) as session:
                await self._checkpoints.forget(thread_id, session)
                await self._shelf.forget_thread(thread_id)
        except ThreadBusy:
            log.debug("thread_in_use", thread_id=thread_id)
        else:
            log.info("thread_forgotten", thread_id=thread_id)
