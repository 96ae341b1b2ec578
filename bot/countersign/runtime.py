"""Event loop, background tasks and garbage collector of a process that serves."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

if sys.platform != "win32":
    import uvloop

_STARTING_THRESHOLD = 200_000
_YOUNG_THRESHOLD = 10_000  # allocations between two collections of the youngest generation; Python's is 700
# Collections of a younger generation before the next older one is collected. With Python's 10, the classes
# that pydantic makes at each interrupt accumulate: 20 MB per thousand approvals.
_OLDER_THRESHOLD = 3
# Seconds after which a thread that runs Python code lets another one run; Python's is 5 ms. While a node
# computes, the main loop waits that long at each of its wake-ups, and a click takes some fifteen of them.
_SWITCH_INTERVAL = 0.001


def run(main: Coroutine[None, None, None]) -> None:
    """Run `main` on uvloop; on Windows, which uvloop does not support, on asyncio's selector loop."""
    sys.setswitchinterval(_SWITCH_INTERVAL)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main)


def new_event_loop() -> asyncio.AbstractEventLoop:
    """libuv's event loop, or asyncio's own on Windows."""
    if sys.platform == "win32":  # psycopg cannot use the proactor loop, Windows' default
        return asyncio.SelectorEventLoop()
    return uvloop.new_event_loop()


def postpone_garbage_collection() -> None:
    """Collect garbage seldom until `tune_garbage_collector`.

    Modules that are imported make hundreds of thousands of objects that stay: searching them takes a fifth
    of a start. It is not switched off: a start may wait for Slack or the database for hours.
    """
    gc.set_threshold(_STARTING_THRESHOLD)


def tune_garbage_collector() -> None:
    """Exclude all objects that exist now from garbage collection, and collect the rest less often.

    About 200,000 objects of loaded modules and graphs live until the process ends. Scanning them again
    and again takes 5 % of a busy process's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_THRESHOLD, _OLDER_THRESHOLD, _OLDER_THRESHOLD)


@asynccontextmanager
async def run_beside(cancel_timeout: float, *coroutines: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these beside the body; when it ends, cancel them and wait until they have ended.

    Before Python 3.12, `asyncio.wait_for` can swallow a cancellation that arrives together with its result,
    and psycopg's pool uses it. So what has not ended after `cancel_timeout` seconds is cancelled again.
    """
    running = {asyncio.create_task(coroutine) for coroutine in coroutines}
    try:
        yield
    finally:
        while running:
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=cancel_timeout)
