"""Calls between event loops: a coroutine runs on the loop of another thread and is awaited from here.

Connections, locks and clients belong to the loop that made them. A bridge to that loop is the way to use them
from another one.
"""

import asyncio
import contextvars
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, TypeVar, cast

import structlog

T = TypeVar("T")

_END_TIMEOUT = 2.0  # seconds to wait for a loop that does not respond because something blocks it

log = structlog.get_logger()


class LoopBridge:
    """A bridge to `loop`, which runs in another thread (or is the caller's own: calls are direct then)."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._leaving: set[asyncio.Task[None]] = set()

    @classmethod
    def here(cls) -> "LoopBridge":
        """A bridge to the running loop, for other threads."""
        return cls(asyncio.get_running_loop())

    async def call(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run `work()` as a task of that loop. Returns its result and raises its error.

        A cancellation cancels the task and waits for its end, but not longer than a few seconds: a task that
        blocks its loop cannot be cancelled.
        """
        here = asyncio.get_running_loop()
        if here is self.loop:
            return await work()
        outcome: asyncio.Future[T] = here.create_future()
        context = contextvars.copy_context()
        tasks: list[asyncio.Task[T]] = []

        def start() -> None:
            task = self.loop.create_task(work(), context=context)
            tasks.append(task)
            task.add_done_callback(report)

        def report(task: asyncio.Task[T]) -> None:
            with suppress(RuntimeError):  # the caller's loop is closed
                here.call_soon_threadsafe(settle, task)

        def settle(task: asyncio.Task[T]) -> None:
            if task.cancelled():
                outcome.cancel()
            elif error := task.exception():
                outcome.set_exception(error)
            else:
                outcome.set_result(task.result())

        def cancel() -> None:
            tasks[0].cancel()

        self.loop.call_soon_threadsafe(start)
        try:
            return await asyncio.shield(outcome)
        except asyncio.CancelledError:
            if not outcome.cancelled():
                self.loop.call_soon_threadsafe(cancel)
                await asyncio.wait([outcome], timeout=_END_TIMEOUT)
                if outcome.done() and not outcome.cancelled():
                    outcome.exception()  # retrieved, so that asyncio does not report it as lost
            raise

    @asynccontextmanager
    async def enter(self, make: Callable[[], AbstractAsyncContextManager[T]]) -> AsyncIterator[T]:
        """Enter `make()` on that loop, and leave it there when the block ends.

        One task does both, since a context may belong to its task (anyio's cancel scopes do).
        """
        here = asyncio.get_running_loop()
        entered: asyncio.Future[tuple[T, asyncio.Event]] = here.create_future()

        def tell(value: tuple[T, asyncio.Event]) -> None:
            if not entered.done():
                entered.set_result(value)

        async def own() -> None:
            async with make() as value:
                leave = asyncio.Event()
                here.call_soon_threadsafe(tell, (value, leave))
                await leave.wait()

        owner = asyncio.create_task(self.call(own))
        first: tuple[asyncio.Future[Any], ...] = (entered, owner)
        try:
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            owner.cancel()
            await asyncio.wait([owner])
            raise
        if not entered.done():
            await owner
            raise RuntimeError("the context was left before it was entered")
        value, leave = entered.result()
        try:
            yield value
        finally:
            self.loop.call_soon_threadsafe(leave.set)
            await self._left(owner)

    async def _left(self, owner: asyncio.Task[None]) -> None:
        self._leaving.add(owner)
        owner.add_done_callback(self._leaving.discard)
        done, _ = await asyncio.wait([owner], timeout=_END_TIMEOUT)
        if not done:  # it is left as soon as the loop responds
            log.info("event_loop_does_not_respond", waited_s=_END_TIMEOUT)
        elif not owner.cancelled() and (error := owner.exception()):
            raise error

    def proxy(self, target: T) -> T:
        """The same object, with each of its coroutine methods run on that loop."""
        return cast("T", _Proxy(self, target))


class _Proxy:
    def __init__(self, bridge: LoopBridge, target: Any) -> None:
        self._bridge = bridge
        self._target = target

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def called(*arguments: Any, **options: Any) -> Any:
            return await self._bridge.call(lambda: found(*arguments, **options))

        return called
