"""Runs periodic repairs beside the worker, for what a crash left undone."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()


async def run_every(
    seconds: float,
    name: str,
    work: Callable[[], Awaitable[object]],
    failed: Callable[[str], None] = lambda _name: None,
) -> None:
    """Run the work now, and then again after each pause. A failure is logged; the next run tries again.

    The first run comes at once, because a process that is killed every few seconds would otherwise repair
    nothing.
    """
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 -- a failed repair must not end the loop
            failed(name)
            log.warning("repair_failed", repair=name, reason=str(error))
        await asyncio.sleep(seconds)
