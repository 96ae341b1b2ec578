"""A queue with a worker of its own, whose jobs do what the test says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from countersign.jobs import worker as worker_module
from countersign.jobs.queue import Queue
from countersign.jobs.repairs import Reaper
from countersign.jobs.worker import Worker
from countersign.store.pool import Pool, open_pool


@dataclass
class Office:
    """`work` is what a job does; by default it notes the thread's name in `done`."""

    pool: Pool
    queue: Queue
    done: list[str] = field(default_factory=list)
    work: Callable[[str], Awaitable[None]] | None = None
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    fetches: int = 0

    async def run(self, thread_id: str) -> None:
        if self.work is not None:
            await self.work(thread_id)
        await self.note(thread_id)

    async def note(self, text: str) -> None:
        async with self.news:
            self.done.append(text)
            self.news.notify_all()

    async def defer(self, *thread_ids: str) -> None:
        for thread_id in thread_ids:
            async with self.pool.connection() as connection:
                await self.queue.defer(connection, thread_id)

    async def until_done(self, *texts: str, seconds: float = 15.0) -> None:
        """Wait until these were noted, as often as they are named."""
        async with asyncio.timeout(seconds), self.news:
            await self.news.wait_for(lambda: sorted(self.done) == sorted(texts))

    async def until_fetched(self, times: int) -> None:
        """Wait until the worker looked for work so often."""
        async with asyncio.timeout(15), self.news:
            await self.news.wait_for(lambda: self.fetches >= times)

    async def listens(self) -> bool:
        """Whether the worker can be told of jobs by now."""
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

    def reaper(self) -> Reaper:
        return Reaper(self.pool, self.queue)


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        yield await open_office(database_url, stack)


async def open_office(url: str, stack: AsyncExitStack) -> Office:
    pool = await stack.enter_async_context(await open_pool(url, min_size=2, max_size=12))
    office = Office(pool=pool, queue=Queue(pool))
    await office.queue.open()

    async def clean() -> None:
        return None

    office.queue.handle(office.run, clean)
    fetch = office.queue.app.job_manager.fetch_job

    async def counted(*args: object, **kwargs: object) -> object:
        job = await fetch(*args, **kwargs)  # type: ignore[arg-type]  # handed through as they came
        async with office.news:
            office.fetches += 1
            office.news.notify_all()
        return job

    office.queue.app.job_manager.fetch_job = counted  # type: ignore[assignment,method-assign]  # as above
    return office


@pytest.fixture
def no_polling(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that relies on being told, and no periodic job whose coming would wake it by chance."""
    monkeypatch.setattr(worker_module, "_POLL", 30.0)
    office.queue.app.periodic_registry.periodic_tasks.clear()
