"""Coroutines on another thread's loop: their results, errors, cancellations, and contexts that own a task."""

import asyncio
import contextvars
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from structlog.typing import EventDict

from countersign.runs.event_loop.graph_loop import open_graph_loop
from countersign.runs.event_loop.loop_bridge import LoopBridge
from countersign.runtime import new_event_loop


@pytest.fixture
async def bridge() -> AsyncIterator[LoopBridge]:
    async with open_graph_loop(new_event_loop) as opened:
        yield opened


async def thread_name() -> str:
    return threading.current_thread().name


async def test_it_runs_on_the_other_thread_and_gives_what_comes_of_it(bridge: LoopBridge) -> None:
    async def fails() -> None:
        raise KeyError("a")

    assert await bridge.call(thread_name) == "graphs"
    assert threading.current_thread().name != "graphs"
    with pytest.raises(KeyError, match="a"):
        await bridge.call(fails)


async def test_a_call_from_the_loop_itself_is_direct(bridge: LoopBridge) -> None:
    async def calls_itself() -> str:
        return await bridge.call(thread_name)

    assert await bridge.call(calls_itself) == "graphs"


async def test_context_variables_come_along(bridge: LoopBridge) -> None:
    variable = contextvars.ContextVar("variable", default="unset")
    variable.set("set")

    async def read() -> str:
        return variable.get()

    assert await bridge.call(read) == "set"


async def test_a_cancellation_is_passed_on_and_its_end_is_waited_for(bridge: LoopBridge) -> None:
    started, ended = threading.Event(), threading.Event()

    async def endless() -> None:
        try:
            started.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)
            ended.set()

    task = asyncio.create_task(bridge.call(endless))
    await asyncio.to_thread(started.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_what_blocks_the_loop_is_not_waited_for_when_its_call_is_cancelled(bridge: LoopBridge) -> None:
    started, go_on = threading.Event(), threading.Event()

    async def blocks() -> None:
        started.set()
        go_on.wait(20)

    task = asyncio.create_task(bridge.call(blocks))
    await asyncio.to_thread(started.wait, 5)
    task.cancel()
    async with asyncio.timeout(10):
        with pytest.raises(asyncio.CancelledError):
            await task
    go_on.set()
    assert await bridge.call(thread_name) == "graphs"


async def test_a_context_is_entered_and_left_in_one_task(bridge: LoopBridge) -> None:
    """As anyio's cancel scopes demand, which are inside of MCP clients."""
    tasks: list[Any] = []

    @asynccontextmanager
    async def scoped() -> AsyncIterator[str]:
        with anyio.CancelScope():
            tasks.append(asyncio.current_task())
            yield threading.current_thread().name
            tasks.append(asyncio.current_task())

    async with bridge.enter(scoped) as name:
        assert name == "graphs"
        assert len(tasks) == 1
    assert tasks[0] is tasks[1]


async def test_a_context_that_cannot_be_entered_says_why(bridge: LoopBridge) -> None:
    @asynccontextmanager
    async def fails() -> AsyncIterator[None]:
        raise KeyError("a")
        yield

    with pytest.raises(KeyError):
        async with bridge.enter(fails):
            raise AssertionError


@pytest.mark.parametrize("cancelled_while", ["entering", "inside"])
async def test_a_context_is_left_when_its_user_is_cancelled(bridge: LoopBridge, cancelled_while: str) -> None:
    left, begun = threading.Event(), threading.Event()

    @asynccontextmanager
    async def watched() -> AsyncIterator[None]:
        try:
            begun.set()
            if cancelled_while == "entering":
                await asyncio.Event().wait()
            yield
        finally:
            left.set()

    async def use() -> None:
        async with bridge.enter(watched):
            await asyncio.Event().wait()

    user = asyncio.create_task(use())
    await asyncio.to_thread(begun.wait, 5)
    user.cancel()
    with pytest.raises(asyncio.CancelledError):
        await user
    assert await asyncio.to_thread(left.wait, 5)


async def test_a_proxy_runs_the_coroutine_methods_there_and_nothing_else(bridge: LoopBridge) -> None:
    class Target:
        name = "target"

        async def where(self, before: str, *, after: str) -> str:
            return before + threading.current_thread().name + after

        def here(self) -> str:
            return threading.current_thread().name

    proxy = bridge.proxy(Target())
    assert await proxy.where("<", after=">") == "<graphs>"
    assert (proxy.name, proxy.here()) == ("target", threading.current_thread().name)


async def test_a_loop_that_stays_blocked_does_not_keep_the_process(logged: list[EventDict]) -> None:
    go_on = threading.Event()

    async def blocks() -> None:
        go_on.wait(30)

    began = time.monotonic()
    async with open_graph_loop(new_event_loop) as bridge:
        blocking = asyncio.create_task(bridge.call(blocks))
        await asyncio.sleep(0)
    assert time.monotonic() - began < 10
    assert [entry for entry in logged if entry["event"] == "graph_loop_still_blocked"]
    go_on.set()
    await asyncio.wait([blocking], timeout=5)
