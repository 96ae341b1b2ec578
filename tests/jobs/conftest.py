"""A queue with its own worker, whose jobs run the test's function."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from countersign.jobs import worker as worker_module
from countersign.jobs.queue import Queue
from countersign.jobs.stalled_jobs import StalledJobReaper
from countersign.jobs.worker import Worker
from countersign.store.connections.pool import Pool, open_pool
from countersign.store.queries import QUERIES


@dataclass
class Harness:
    """`work` is what a job runs. Each job's thread id is recorded in `done` afterwards."""

    pool: Pool
    queue: Queue
    done: list[str] = field(default_factory=list)
    work: Callable[[str], Awaitable[None]] | None = None
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    fetches: int = 0

    async def run(self, thread_id: str) -> None:
        if self.work is not None:
            await self.work(thread_id)
        await self.record(thread_id)

    async def record(self, text: str) -> None:
        async with self.changed:
            self.done.append(text)
            self.changed.notify_all()

    async def defer(self, *thread_ids: str) -> None:
        for thread_id in thread_ids:
            async with self.pool.connection() as connection:
                await connection.execute(QUERIES["enqueue"], {"thread_id": thread_id})

    async def until_done(self, *texts: str, seconds: float = 15.0) -> None:
        """Wait until exactly these were recorded."""
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(lambda: sorted(self.done) == sorted(texts))

    async def until_fetched(self, times: int) -> None:
        """Wait until the worker fetched so many times."""
        async with asyncio.timeout(15), self.changed:
            await self.changed.wait_for(lambda: self.fetches >= times)

    async def listens(self) -> bool:
        """Whether the worker's LISTEN connection is up."""
        async with self.pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'listen%'"
            )
            return await cursor.fetchone() is not None

    @asynccontextmanager
    async def working(self, *, concurrency: int = 4, grace: float = 0.2) -> AsyncIterator[None]:
        task = asyncio.create_task(Worker(self.queue, concurrency, grace).run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def reaper(self) -> StalledJobReaper:
        return StalledJobReaper(self.pool, self.queue)


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    async with AsyncExitStack() as stack:
        yield await open_harness(database_url, stack)


async def open_harness(url: str, stack: AsyncExitStack) -> Harness:
    pool = await stack.enter_async_context(await open_pool(url, min_size=2, max_size=12))
    harness = Harness(pool=pool, queue=Queue(pool))
    await harness.queue.open()

    async def clean() -> None:
        return None

    harness.queue.handle(harness.run, clean)
    fetch = harness.queue.app.job_manager.fetch_job

    async def counted(*args: object, **kwargs: object) -> object:
        job = await fetch(*args, **kwargs)  # type: ignore[arg-type]  # handed through as they came
        async with harness.changed:
            harness.fetches += 1
            harness.changed.notify_all()
        return job

    harness.queue.app.job_manager.fetch_job = counted  # type: ignore[assignment,method-assign]  # as above
    return harness


@pytest.fixture
def no_polling(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that relies on notifications alone, without a periodic job that would wake it by chance."""
    monkeypatch.setattr(worker_module, "_POLL_INTERVAL", 30.0)
    harness.queue.app.periodic_registry.periodic_tasks.clear()
