"""The procrastinate app: its one task, `advance(thread)`, and its retry policy."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import procrastinate
import structlog
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job
from psycopg_pool import AsyncConnectionPool

from countersign.flow.errors import Drained, RunAgain, StaleWorker, ThreadBusy, WrittenByNewerVersion
from countersign.jobs.reliable_job_manager import ReliableJobManager

ADVANCE = "advance"
RETENTION = "housekeeping"  # the name in the tables of deployments that exist
_MAX_BACKOFF = 30  # seconds

log = structlog.get_logger()


def _now() -> datetime:
    return datetime.now(UTC)


class RetryPolicy(BaseRetryStrategy):
    """Retry without limit: the work is in the tables, and a step that kills its worker is parked there.

    A job handed back by a stopping process is retried at once. A thread that another worker holds, or that
    only a newer version can read, is retried after a second, and anything else (a database that is
    unavailable) with exponential backoff.

    `clock` is the database's, which decides when a retry is due: by this machine's it may come minutes late.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        if isinstance(exception, Drained | RunAgain | asyncio.CancelledError):
            return self._retry(-1)  # at once, whatever the two clocks' last difference is
        if isinstance(exception, ThreadBusy | StaleWorker | WrittenByNewerVersion):
            return self._retry(1)
        return self._retry(min(2**job.attempts, _MAX_BACKOFF))

    def _retry(self, seconds: int) -> RetryDecision:
        return RetryDecision(retry_at=self._clock() + timedelta(seconds=seconds))


class Queue:
    """`pool` is the bot's own. The store enqueues a job in the transaction that stores its work.

    `clock` is the database's.
    """

    def __init__(self, pool: AsyncConnectionPool[Any], clock: Callable[[], datetime] = _now) -> None:
        self.app = procrastinate.App(connector=procrastinate.PsycopgConnector())
        self.app.job_manager = ReliableJobManager(self.app.connector)
        self._pool = pool
        self._advance: Callable[[str], Awaitable[None]] | None = None
        self._retain: Callable[[], Awaitable[None]] | None = None
        self.app.task(name=ADVANCE, retry=RetryPolicy(clock), pass_context=False)(self._run_advance)
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
