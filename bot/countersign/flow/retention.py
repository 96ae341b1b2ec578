"""Deletes old data; never of a thread with something pending or to be done."""

import time
from collections.abc import Awaitable, Callable

import structlog

from countersign.flow.errors import ThreadBusy
from countersign.flow.ports import Checkpoints, Locks, RetentionStore
from countersign.flow.ports.database.retention import BEFORE_ALL, ThreadAge, ThreadPage
from countersign.flow.thread import ThreadRef

COMPACT_AFTER = 3600.0  # seconds at rest after which a thread keeps its latest checkpoint alone
_DAY = 86_400.0  # seconds
_BATCH = 500  # threads that are looked at with one statement
_ROUND = 240.0  # seconds after which a round leaves the rest to the next one, which comes every ten minutes

log = structlog.get_logger()


class Retention:
    """`days` is how long a thread is kept after it was last touched; None keeps it forever.

    `forgotten` is called with each thread that was deleted. `clock` is monotonic, in seconds.
    """

    def __init__(
        self,
        store: RetentionStore,
        locks: Locks,
        checkpoints: Checkpoints,
        days: float | None,
        forgotten: Callable[[ThreadRef], Awaitable[None]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._locks = locks
        self._checkpoints = checkpoints
        self._seconds = None if days is None else days * _DAY
        self._forgotten = forgotten
        self._compacted = _Walk(clock)
        self._deleted = _Walk(clock)

    async def __call__(self) -> None:
        """One round: everything that is due, or as much as there is time for."""
        await self._store.delete_expired_events()
        await self._compacted.go_on(self._to_compact, self._compact)
        if self._seconds is not None:
            await self._store.delete_expired_effects(self._seconds)
            await self._deleted.go_on(self._idle, self._delete)

    async def _to_compact(self, after: ThreadAge) -> ThreadPage:
        return await self._store.threads_to_compact(COMPACT_AFTER, after, _BATCH)

    async def _idle(self, after: ThreadAge) -> ThreadPage:
        assert self._seconds is not None
        return await self._store.idle_threads(self._seconds, after, _BATCH)

    async def _delete(self, thread_id: str) -> None:
        assert self._seconds is not None
        if await self.delete(thread_id, self._seconds) and self._forgotten is not None:
            await self._forgotten(ThreadRef.parse(thread_id))

    async def _compact(self, thread_id: str) -> None:
        try:
            async with self._locks.hold(thread_id) as session:
                if await self._store.is_idle(thread_id, COMPACT_AFTER):  # a run has to wait for the lock now
                    await self._checkpoints.compact(thread_id, session)
                    await self._store.mark_compacted(thread_id)
        except ThreadBusy:
            log.debug("thread_in_use", thread_id=thread_id)

    async def delete(self, thread_id: str, seconds: float) -> bool:
        """Delete a thread that was untouched for so long; False if something waits in it or it is in use."""
        try:
            async with (
                self._locks.hold(thread_id) as session,
                self._store.deleting(session, thread_id, seconds) as deleted,
            ):
                if deleted:
                    await self._checkpoints.delete(thread_id, session)
        except ThreadBusy:
            log.debug("thread_in_use", thread_id=thread_id)
            return False
        else:
            log.info("thread_deleted" if deleted else "thread_in_use", thread_id=thread_id)
            return deleted


class _Walk:
    """Goes through the threads by age, each round from where the last one ended.

    What waits for people stays among the oldest, however much of it there is, so it is not looked at in each
    round: once it is decided its thread is touched, and comes up again. All are looked at again once a day.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun = clock()
        self._after = BEFORE_ALL

    async def go_on(
        self, page_after: Callable[[ThreadAge], Awaitable[ThreadPage]], do: Callable[[str], Awaitable[None]]
    ) -> None:
        now = self._clock()
        if now - self._begun >= _DAY:
            self._begun, self._after = now, BEFORE_ALL
        while self._clock() - now < _ROUND:
            page = await page_after(self._after)
            if page.end is None:
                return
            for thread_id in page.idle:
                await do(thread_id)
            self._after = page.end
