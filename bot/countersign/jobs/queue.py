"""The procrastinate app: its one task, `advance(thread)`, its retry policy, and how a job is deferred."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import procrastinate
import psycopg
import structlog
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job
from psycopg_pool import AsyncConnectionPool

from countersign.error_translation import translate_errors
from countersign.flow.errors import Drained, RunAgain, StaleWorker, ThreadBusy, WrittenByNewerVersion
from countersign.jobs.reliable_job_manager import ReliableJobManager

ADVANCE = "advance"
RETENTION = "housekeeping"  # the name in the tables of deployments that exist
_MAX_BACKOFF = 30  # seconds

log = structlog.get_logger()


class RetryPolicy(BaseRetryStrategy):
    """Retry without limit: the work is in the tables, and a step that kills its worker is parked there.

    A job handed back by a stopping process is retried at once. A thread that another worker holds, or that
    only a newer version can read, is retried after a second, and anything else (a database that is
    unavailable) with exponential backoff.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        if isinstance(exception, Drained | RunAgain | asyncio.CancelledError):
            return RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, ThreadBusy | StaleWorker | WrittenByNewerVersion):
            return RetryDecision(retry_in={"seconds": 1})
        return RetryDecision(retry_in={"seconds": min(2**job.attempts, _MAX_BACKOFF)})


class Queue:
    """`pool` is the bot's own: a job is deferred in the transaction that stores its work."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self.app = procrastinate.App(connector=procrastinate.PsycopgConnector())
        self.app.job_manager = ReliableJobManager(self.app.connector)
        self._pool = pool
        self._advance: Callable[[str], Awaitable[None]] | None = None
        self._retain: Callable[[], Awaitable[None]] | None = None
        self._task = self.app.task(name=ADVANCE, retry=RetryPolicy(), pass_context=False)(self._run_advance)
        # Without a periodic task the worker does not supervise its LISTEN connection (procrastinate#1597):
        # after a restart of the database no notification would reach it.
        retention = self.app.task(name=RETENTION, queueing_lock=RETENTION)(self._run_retention)
        self.app.periodic(cron="*/10 * * * *")(retention)

    async def open(self) -> None:
        await self.app.open_async(self._pool)

    def handle(
        self, advance: Callable[[str], Awaitable[None]], retention: Callable[[], Awaitable[None]]
    ) -> None:
        """Set the handlers of the jobs. Processes that only listen never call this."""
        self._advance = advance
        self._retain = retention

    @translate_errors()
    async def defer(self, connection: psycopg.AsyncConnection[Any], thread_id: str) -> None:
        """Enqueue a job for the thread in the connection's transaction. Raises DatabaseUnavailable."""
        await self._task.configure(connection=connection, lock=thread_id).defer_async(thread_id=thread_id)

    async def _run_advance(self, thread_id: str) -> None:
        assert self._advance is not None, "this process runs no worker"
        try:
            await self._advance(thread_id)
        except WrittenByNewerVersion:
            log.warning("left_to_a_newer_version", thread_id=thread_id)
            raise

    async def _run_retention(self, timestamp: int) -> None:  # noqa: ARG002 -- procrastinate passes the scheduled time
        assert self._retain is not None, "this process runs no worker"
        await self._retain()
