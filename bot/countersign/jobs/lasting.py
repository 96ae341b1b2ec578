"""What became of a job is written down even if the connection breaks just then."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import psycopg
import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

_PAUSE = 0.5  # seconds between two tries

log = structlog.get_logger()


class LastingJobs(JobManager):
    """The library tries once and drops the error.

    The job would then be running for ever, under a worker that lives and does not run it: nobody would take
    it up, and its thread would stay locked.
    """

    async def finish_job_by_id_async(self, job_id: int, status: Status, delete_job: bool) -> None:
        await _written(
            job_id, lambda: super(LastingJobs, self).finish_job_by_id_async(job_id, status, delete_job)
        )

    async def retry_job_by_id_async(
        self,
        job_id: int,
        retry_at: datetime,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        retry = super().retry_job_by_id_async
        await _written(job_id, lambda: retry(job_id, retry_at, priority, queue, lock))


async def _written(job_id: int, write: Callable[[], Awaitable[None]]) -> None:
    """However long it takes: a disk may be full for hours while the worker's sign of life has room."""
    tried = False
    while True:
        try:
            await write()
        except ConnectorException as error:
            if isinstance(error.__cause__, psycopg.errors.RaiseException):
                if tried:  # the job is not running any more: an earlier try was written, unheard
                    return
                raise
            if not isinstance(error.__cause__, psycopg.OperationalError):
                raise
            log.warning(
                "job_outcome_not_written", job_id=job_id, again_in_s=_PAUSE, reason=str(error.__cause__)
            )
            tried = True
            await asyncio.sleep(_PAUSE)
        else:
            return
