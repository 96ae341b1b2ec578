"""A worker whose jobs never end, for a test that kills it."""

import asyncio
import sys

from countersign.jobs.queue import Queue
from countersign.jobs.worker import Worker
from countersign.store.connections.pool import open_pool


async def run(url: str) -> None:
    async with await open_pool(url) as pool:
        queue = Queue(pool)
        await queue.open()

        async def endless(_thread_id: str) -> None:
            await asyncio.Event().wait()

        async def clean() -> None:
            return None

        queue.handle(endless, clean)
        await Worker(queue, 1, 0.0).run()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1]))
