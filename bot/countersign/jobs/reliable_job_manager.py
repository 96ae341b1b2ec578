"""A procrastinate JobManager that retries until a job's outcome is stored, whatever breaks meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import psycopg
import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

_RETRY_INTERVAL = 0.5  # seconds

log = structlog.get_logger()


class ReliableJobManager(JobManager):
    """Stores the outcome of a job with retries; the library tries once and drops the error.

    The job would then stay `doing` under a live worker that does not run it: no reaper would requeue it, and
    its thread would stay locked.
    """

    async def finish_job_by_id_async(self, job_id: int, status: Status, delete_job: bool) -> None:
        finish = super().finish_job_by_id_async
        await _store_with_retries(job_id, lambda: finish(job_id, status, delete_job))

    async def retry_job_by_id_async(
        self,
        job_id: int,
        retry_at: datetime,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        retry = super().retry_job_by_id_async
        await _store_with_retries(job_id, lambda: retry(job_id, retry_at, priority, queue, lock))


async def _store_with_retries(job_id: int, store: Callable[[], Awaitable[None]]) -> None:
    """No limit on the attempts: a disk may be full for hours while the worker's heartbeat still has room."""
    retried = False
    while True:
        try:
            await store()
        except ConnectorException as error:
            if isinstance(error.__cause__, psycopg.errors.RaiseException):
                if retried:  # the job is not running any more: an earlier attempt was stored unnoticed
                    return
                raise
            if not isinstance(error.__cause__, psycopg.OperationalError):
                raise
            log.warning(
                "job_outcome_not_stored",
                job_id=job_id,
                again_in_s=_RETRY_INTERVAL,
                reason=str(error.__cause__),
            )
            retried = True
            await asyncio.sleep(_RETRY_INTERVAL)
        else:
            return
