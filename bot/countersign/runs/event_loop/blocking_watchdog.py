"""Watches the graph loop and logs which node blocks it, while it does and when it has ended.

A blocked loop cannot report anything itself, so another loop does: it sends a message through the graph loop,
and if none comes back it looks at what that thread is executing.
"""

import asyncio
import contextvars
import sys
import sysconfig
import threading
import time
from collections.abc import AsyncIterator, Coroutine, Generator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from langchain_core.runnables.config import var_child_runnable_config

from countersign.runs.event_loop.loop_bridge import LoopBridge

BLOCKED_AFTER = 1.0  # seconds without a response
_PING_INTERVAL = 0.5  # seconds
_ADVICE = "Await something asynchronous, or make the node a plain `def`, which runs in a thread of its own."
_LIBRARIES = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
_OURS = str(Path(__file__).parents[2])

log = structlog.get_logger()


@asynccontextmanager
async def watched(bridge: LoopBridge) -> AsyncIterator[None]:
    """Until the block ends, log what blocks the bridge's loop for more than a second, and for how long."""

    async def thread_id() -> int:
        return threading.get_ident()

    watching = asyncio.create_task(_watch(bridge.loop, await bridge.call(thread_id)))
    try:
        yield
    finally:
        watching.cancel()


async def _watch(loop: asyncio.AbstractEventLoop, thread: int) -> None:
    here = asyncio.get_running_loop()
    while True:
        responded = asyncio.Event()
        sent = time.monotonic()
        loop.call_soon_threadsafe(here.call_soon_threadsafe, responded.set)
        try:
            async with asyncio.timeout(BLOCKED_AFTER):
                await responded.wait()
        except TimeoutError:
            found = describe_blocker(loop, thread)
            log.warning("node_blocks_event_loop", **found, advice=_ADVICE)
            await responded.wait()
            log.warning("node_blocked_event_loop", **found, seconds=round(time.monotonic() - sent, 1))
        await asyncio.sleep(_PING_INTERVAL)


def describe_blocker(loop: asyncio.AbstractEventLoop, thread: int) -> dict[str, str]:
    """What the loop of this thread is executing: `at` (file:line), and `node` and `thread_id` if known."""
    frame = sys._current_frames().get(thread)  # noqa: SLF001 -- documented, in spite of its name
    found = {"at": _location(frame)} if frame else {}
    task = asyncio.current_task(loop)
    config = _context(task).get(var_child_runnable_config) if task else None
    metadata = (config or {}).get("metadata") or {}
    names = {"node": "langgraph_node", "thread_id": "thread_id"}
    return found | {name: str(metadata[key]) for name, key in names.items() if key in metadata}


def _location(innermost: FrameType) -> str:
    """The innermost line that is neither the standard library's, nor a package's, nor ours."""
    for frame in _outwards(innermost):
        name = frame.f_code.co_filename
        if not name.startswith((*_LIBRARIES, _OURS, "<")):
            return f"{name}:{frame.f_lineno} in {frame.f_code.co_name}"
    return f"{innermost.f_code.co_filename}:{innermost.f_lineno} in {innermost.f_code.co_name}"


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def make_inspectable(loop: asyncio.AbstractEventLoop) -> None:
    """Make the contexts of the loop's tasks readable, as in Python 3.12: they have the node's config."""
    if not hasattr(asyncio.Task, "get_context"):
        loop.set_task_factory(_context_task)


class _ContextTask(asyncio.Task[Any]):
    """A task with Python 3.12's `get_context`."""

    def __init__(self, coro: Any, *, context: contextvars.Context | None = None, **options: Any) -> None:
        self._own_context = context if context is not None else contextvars.copy_context()
        super().__init__(coro, context=self._own_context, **options)

    def get_context(self) -> contextvars.Context:
        return self._own_context


def _context_task(
    loop: asyncio.AbstractEventLoop,
    coro: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
    *,
    context: contextvars.Context | None = None,
) -> "asyncio.Task[Any]":
    return _ContextTask(coro, loop=loop, context=context)


def _context(task: "asyncio.Task[Any]") -> contextvars.Context:
    return task.get_context() if hasattr(task, "get_context") else contextvars.Context()
