"""The graph loop: graphs run on an event loop in a thread of its own.

A graph that blocks its event loop delays only other runs of this process: acknowledgements, decisions, cards
and heartbeats are on the main loop. There is one graph loop, because modules and factories of graphs keep
clients that belong to the loop that first used them.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import structlog

from countersign.flow.error_report import ErrorReport
from countersign.flow.graph_state import GraphInfo
from countersign.flow.live.events import RunEvent
from countersign.flow.ports import Graphs, GraphThread, Locks, Watch
from countersign.flow.thread import ThreadRef
from countersign.runs import graphs as hosted
from countersign.runs.event_loop.blocking_watchdog import make_inspectable
from countersign.runs.event_loop.loop_bridge import LoopBridge

_THREAD_NAME = "graphs"
_STOP_TIMEOUT = 3.0  # seconds until a loop that is blocked is left to end with its process

log = structlog.get_logger()


@asynccontextmanager
async def open_graph_loop(
    loop_factory: Callable[[], asyncio.AbstractEventLoop],
) -> AsyncIterator[LoopBridge]:
    """Run an event loop in a thread of its own until the block ends."""
    here = asyncio.get_running_loop()
    started: asyncio.Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = here.create_future()

    async def until_stopped() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        make_inspectable(loop)
        here.call_soon_threadsafe(started.set_result, (loop, stop))
        await stop.wait()

    def run() -> None:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(until_stopped())

    # A daemon: a node that blocks the loop for good must not keep the process from ending.
    thread = threading.Thread(target=run, name=_THREAD_NAME, daemon=True)
    thread.start()
    loop, stop = await started
    try:
        yield LoopBridge(loop)
    finally:
        loop.call_soon_threadsafe(stop.set)
        await asyncio.to_thread(thread.join, _STOP_TIMEOUT)
        if thread.is_alive():
            log.warning("graph_loop_still_blocked", waited_s=_STOP_TIMEOUT)


def graph_loop_is_stuck() -> bool:
    """Whether a graph loop did not end with its block, because a node of its does not.

    A plain function is a node in a thread of an executor, for which Python waits at its end, however long.
    """
    return any(thread.name == _THREAD_NAME for thread in threading.enumerate())


class LocksOnGraphLoop:
    """A thread's lock whose session belongs to the graph loop, where the run's checkpoints use it."""

    def __init__(self, bridge: LoopBridge, locks: Locks) -> None:
        self._bridge = bridge
        self._locks = locks

    def hold(self, thread_id: str) -> AbstractAsyncContextManager[Any]:
        return self._bridge.enter(lambda: self._locks.hold(thread_id))


class GraphsOnGraphLoop:
    """The hosted graphs, bound and run on the graph loop."""

    def __init__(self, bridge: LoopBridge, graphs: hosted.Graphs) -> None:
        self._bridge = bridge
        self._graphs = graphs

    @property
    def infos(self) -> Mapping[str, GraphInfo]:
        return self._graphs.infos

    @property
    def default(self) -> str:
        return self._graphs.default

    @asynccontextmanager
    async def bind(
        self,
        name: str,
        thread: ThreadRef,
        session: Any,
        starter: str | None = None,
        watch: Watch | None = None,
    ) -> AsyncIterator[GraphThread]:
        """As the port says. `session` is one of the graph loop's own."""
        watch = _on_this_loop(watch) if watch is not None else None
        bound = self._bridge.enter(lambda: self._graphs.bind(name, thread, session, starter, watch))
        async with bound as graph:
            yield self._bridge.proxy(graph)

    def report_error(self, error_id: str, name: str, error: BaseException) -> ErrorReport | None:
        return self._graphs.report_error(error_id, name, error)

    @property
    def running(self) -> frozenset[str]:
        """The ids of the threads in which a graph runs here."""
        return self._graphs.running

    async def stop(self, thread_ids: Collection[str]) -> None:
        """End the runs of these threads after the step that they are in."""

        async def stop() -> None:
            self._graphs.stop(thread_ids)

        await self._bridge.call(stop)

    async def drain(self) -> None:
        """Stop every run at its next superstep; another process continues it.

        Does not wait for a loop that a node blocks: that could take the whole shutdown period.
        """
        self._bridge.loop.call_soon_threadsafe(self._graphs.drain)


def _on_this_loop(watch: Watch) -> Watch:
    """The same callback for other threads. What they report after this loop was closed is dropped."""
    here = asyncio.get_running_loop()

    def report(event: RunEvent) -> None:
        with suppress(RuntimeError):
            here.call_soon_threadsafe(watch, event)

    return report


def _conforms(graphs: GraphsOnGraphLoop, locks: LocksOnGraphLoop) -> tuple[Graphs, Locks]:
    """For the type checker: both are the ports that they stand for."""
    return graphs, locks
