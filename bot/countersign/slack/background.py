"""Work that goes on after an acknowledgement: kept track of, logged when it fails, awaited at the end."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from countersign.approvals.errors import CountersignError

log = structlog.get_logger()


class Background:
    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, name: str, work: Coroutine[Any, Any, object]) -> None:
        """Begin it now; nobody waits for it but `close`."""
        task = asyncio.create_task(self._watched(name, work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watched(self, name: str, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except CountersignError as error:
            log.warning("background_work_failed", work=name, reason=str(error))
        except Exception:  # nothing else would ever report it
            log.exception("background_work_failed", work=name)

    async def close(self, limit: float = 10.0) -> None:
        """Wait until all of it is done, `limit` seconds at most; then it is cancelled."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks), timeout=limit)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
