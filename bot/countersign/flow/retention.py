"""What is deleted, and when: never anything of a thread in which something waits or is to be done."""

import structlog

from countersign.flow.errors import ThreadBusy
from countersign.flow.ports import Checkpoints, Locks, RetentionStore

COMPACT_AFTER = 3600.0  # seconds at rest after which a thread keeps its latest checkpoint alone
_DAY = 86_400.0  # seconds
_BATCH = 200  # threads in one round

log = structlog.get_logger()


class Retention:
    """`days` is how long a thread is kept after it was last touched; None keeps it forever."""

    def __init__(
        self, store: RetentionStore, locks: Locks, checkpoints: Checkpoints, days: float | None
    ) -> None:
        self._store = store
        self._locks = locks
        self._checkpoints = checkpoints
        self._seconds = None if days is None else days * _DAY

    async def __call__(self) -> None:
        await self._store.delete_expired_events()
        for thread_id in await self._store.threads_to_compact(COMPACT_AFTER, _BATCH):
            await self._compact(thread_id)
        if self._seconds is not None:
            await self._store.delete_expired_effects(self._seconds)
            for thread_id in await self._store.idle_threads(self._seconds, _BATCH):
                await self.delete(thread_id, self._seconds)

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
