"""Background tasks that outlive an acknowledgement: tracked, logged on failure, awaited at shutdown."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from countersign.approvals.errors import CountersignError

log = structlog.get_logger()


class BackgroundTasks:
    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, name: str, work: Coroutine[Any, Any, object]) -> None:
        """Start it now; only `close` waits for it."""
        task = asyncio.create_task(self._logged(name, work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _logged(self, name: str, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except CountersignError as error:
            log.warning("background_task_failed", task=name, reason=str(error))
        except Exception:  # nothing else would report it
            log.exception("background_task_failed", task=name)

    async def close(self, limit: float = 10.0) -> None:
        """Wait until all tasks are done, at most `limit` seconds, then cancel the rest."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks), timeout=limit)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
