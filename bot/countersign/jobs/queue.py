"""The queue's one kind of work, and how it is deferred inside somebody else's transaction."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import procrastinate
import psycopg
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job
from psycopg_pool import AsyncConnectionPool

from countersign.flow.graph_state import Drained, ThreadBusy
from countersign.jobs.lasting import LastingJobs

ADVANCE = "advance"
HOUSEKEEPING = "housekeeping"
_LONGEST_PAUSE = 30  # seconds


class AgainSoon(BaseRetryStrategy):
    """Try again until it works: the work is in the tables, and a step that does harm is set aside there.

    What was handed back by a stopping process is for the next one at once; a thread that another worker
    holds is looked at again in a second; anything else (a database that is away) backs off.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        if isinstance(exception, Drained | asyncio.CancelledError):
            return RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, ThreadBusy):
            return RetryDecision(retry_in={"seconds": 1})
        return RetryDecision(retry_in={"seconds": min(2**job.attempts, _LONGEST_PAUSE)})


class Queue:
    """`pool` is the bot's own: jobs are deferred in the same transaction as what they are about."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self.app = procrastinate.App(connector=procrastinate.PsycopgConnector())
        self.app.job_manager = LastingJobs(self.app.connector)
        self._pool = pool
        self._advance: Callable[[str], Awaitable[None]] | None = None
        self._clean: Callable[[], Awaitable[None]] | None = None
        self._task = self.app.task(name=ADVANCE, retry=AgainSoon(), pass_context=False)(self._run_advance)
        # Without any periodic task the worker does not watch its listener (procrastinate#1597): after a
        # restart of the database it would never be woken again.
        cleaning = self.app.task(name=HOUSEKEEPING, queueing_lock=HOUSEKEEPING)(self._run_clean)
        self.app.periodic(cron="*/10 * * * *")(cleaning)

    async def open(self) -> None:
        await self.app.open_async(self._pool)

    def handle(self, advance: Callable[[str], Awaitable[None]], clean: Callable[[], Awaitable[None]]) -> None:
        """Say what the jobs do. Processes that only listen never call this."""
        self._advance = advance
        self._clean = clean

    async def defer(self, connection: psycopg.AsyncConnection[Any], thread_id: str) -> None:
        """Have a worker take up this thread once the connection's transaction is committed."""
        await self._task.configure(connection=connection, lock=thread_id).defer_async(thread_id=thread_id)

    async def _run_advance(self, thread_id: str) -> None:
        assert self._advance is not None, "this process works no queue"
        await self._advance(thread_id)

    async def _run_clean(self, timestamp: int) -> None:  # noqa: ARG002 -- procrastinate passes when it was due
        assert self._clean is not None, "this process works no queue"
        await self._clean()
