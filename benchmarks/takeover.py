"""How long a run lies idle when its worker is killed, and how soon one job of a thread follows another."""

import asyncio
import time
from itertools import pairwise
from pathlib import Path

from benchmarks.graph import HOLD
from benchmarks.sides import Side
from countersign.jobs.queue import Queue
from countersign.jobs.worker import Worker
from countersign.store.connections.pool import configure_for_statements, open_pool
from countersign.store.queries import QUERIES
from countersign.testing.cards import approval_card
from tests.support.processes.bots import until

LIMIT = 60.0


async def take_over(side: Side) -> float:
    """Seconds from the kill -9 of the worker that runs a thread until another one runs it."""
    thread = await side.ws.carol.mentions(f"{HOLD} transfer 12")
    first = await _held(side.folder, 1)
    (victim,) = [bot for bot in side.bots.values() if bot.process and first == {f"held.{bot.process.pid}"}]
    began = time.perf_counter()
    await victim.kill()
    await _held(side.folder, 2)
    seconds = time.perf_counter() - began
    (side.folder / "go").touch()
    await approval_card(thread, limit=LIMIT)
    return seconds


async def _held(folder: Path, runs: int) -> set[str]:
    def look() -> set[str] | None:
        found = {path.name for path in folder.glob("held.*")}
        return found if len(found) >= runs else None

    return await until(look, lambda: f"{runs} processes at it", LIMIT)


async def succession(url: str, jobs: int = 21) -> list[float]:
    """Seconds between the end of one job and the start of the next of the same thread."""
    spans: list[tuple[float, float]] = []
    over = asyncio.Event()

    async def work(_thread_id: str) -> None:
        began = time.perf_counter()
        await asyncio.sleep(0.02)
        spans.append((began, time.perf_counter()))
        if len(spans) == jobs:
            over.set()

    async def clean() -> None:
        """Nothing to clean."""

    async with await open_pool(url, configure=configure_for_statements) as pool:
        queue = Queue(pool)
        await queue.open()
        queue.handle(work, clean)
        async with pool.connection() as connection:
            for _ in range(jobs):
                await connection.execute(QUERIES["enqueue"], {"thread_id": "T/C/1"})
        worker = asyncio.create_task(Worker(queue, concurrency=4, grace=1.0).run())
        await asyncio.wait_for(over.wait(), LIMIT)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    return [later[0] - earlier[1] for earlier, later in pairwise(spans)]
