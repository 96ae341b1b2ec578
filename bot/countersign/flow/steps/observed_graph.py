"""A graph in a thread whose runs are counted, timed and logged."""

from collections.abc import Awaitable

from countersign.approvals.json import Json
from countersign.flow.graph_state import GraphState, StateChange
from countersign.flow.messages.inbound import Inbound
from countersign.flow.observability.observer import Observer
from countersign.flow.ports import GraphThread


class ObservedGraph:
    """Does what `graph` does."""

    def __init__(self, graph: GraphThread, name: str, thread_id: str, observer: Observer) -> None:
        self._graph = graph
        self._name = name
        self._thread_id = thread_id
        self._observer = observer

    async def read(self) -> GraphState:
        return await self._graph.read()

    async def is_asked(self, interrupt_id: str) -> bool:
        return await self._graph.is_asked(interrupt_id)

    async def forget(self) -> None:
        await self._graph.forget()

    async def abandon(self) -> None:
        await self._graph.abandon()

    async def start(self, inbound: Inbound) -> None:
        await self._observed("start", self._graph.start(inbound))

    async def resume(self, interrupt_id: str, answer: Json, change: StateChange | None = None) -> None:
        await self._observed("resume", self._graph.resume(interrupt_id, answer, change))

    async def continue_run(self) -> None:
        await self._observed("continue", self._graph.continue_run())

    async def ask_again(self) -> None:
        await self._observed("ask_again", self._graph.ask_again())

    async def _observed(self, kind: str, run: Awaitable[None]) -> None:
        with self._observer.run(self._name, self._thread_id, kind):
            await run
