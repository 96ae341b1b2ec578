"""Loops beside the worker: dead workers' jobs go back into the queue, and what was left undone is done."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from psycopg_pool import AsyncConnectionPool

from countersign.jobs.queue import Queue
from countersign.jobs.worker import PRESUMED_DEAD

_REAPER_LOCK = 0x636F756E74657273  # "counters": one reaper at a time, whichever process it is in

log = structlog.get_logger()


async def every(seconds: float, name: str, work: Callable[[], Awaitable[object]]) -> None:
    """Do the work now and then again and again. One that fails is logged and tried at its next turn.

    Now, because a process that is itself killed every few seconds would else repair nothing.
    """
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 -- a repair that failed must not end the repairs
            log.warning("repair_failed", repair=name, reason=str(error))
        await asyncio.sleep(seconds)


class Reaper:
    """The queue never takes a job from a worker that died; this does, seconds after its last heartbeat."""

    def __init__(self, pool: AsyncConnectionPool[Any], queue: Queue) -> None:
        self._pool = pool
        self._queue = queue

    async def reap(self) -> int:
        """Put dead workers' jobs back. Gives how many; 0 too while another process is at it."""
        # A lock of the transaction, not a locked job: that one could be left lying by a dead worker as well.
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute("SELECT pg_try_advisory_xact_lock(%s) AS mine", (_REAPER_LOCK,))
            row = await cursor.fetchone()
            if row is None or not row["mine"]:
                return 0
            manager = self._queue.app.job_manager
            stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=PRESUMED_DEAD))
            for job in stalled:
                log.warning("job_taken_from_dead_worker", job_id=job.id, thread_id=job.lock)
                await manager.retry_job(job)
        return len(stalled)
