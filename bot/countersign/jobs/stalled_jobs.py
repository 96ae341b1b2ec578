"""Requeues stalled jobs: those whose worker crashed. Procrastinate never retries them by itself."""

from typing import Any

import structlog
from psycopg_pool import AsyncConnectionPool

from countersign.jobs.queue import Queue
from countersign.jobs.worker import STALLED_AFTER

_LOCK = 0x636F756E74657273  # the advisory lock's key: one reaper at a time over all processes
# Not a procrastinate job under a lock: a worker that dies would leave that one stalled as well.
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%(key)s) AS held"

log = structlog.get_logger()


class StalledJobReaper:
    """Requeues a job a few seconds after its worker's last heartbeat."""

    def __init__(self, pool: AsyncConnectionPool[Any], queue: Queue) -> None:
        self._pool = pool
        self._queue = queue

    async def reap(self) -> int:
        """Requeue stalled jobs and return their number; 0 as well while another process reaps."""
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(_TRY_LOCK, {"key": _LOCK})
            row = await cursor.fetchone()
            if row is None or not row["held"]:
                return 0
            manager = self._queue.app.job_manager
            stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER))
            for job in stalled:
                log.warning("stalled_job_requeued", job_id=job.id, thread_id=job.lock)
                await manager.retry_job(job)
        return len(stalled)
