"""Runs a graph and reports its steps, tool calls and text as it streams, if its model can stream."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import structlog
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableConfig

from countersign.flow.errors import RunAgain
from countersign.flow.live.events import RunEvent
from countersign.runs.streaming.graph_steps import GraphSteps
from countersign.runs.streaming.run_callbacks import RunCallbacks, StreamUnfaithful
from countersign.runs.streaming.step_callbacks import StepCallbacks

log = structlog.get_logger()

Invoke = Callable[[Any, RunnableConfig], Awaitable[None]]

# What LangChain and OpenAI-compatible servers say of a model that gives whole answers only.
_CANNOT_STREAM = (
    "no generations found in stream",
    "no generation chunks were returned",
    "must be verified to stream",
    "does not support streaming",
    "streaming is not supported",
)


@dataclass(kw_only=True)
class StreamedGraph:
    """What is known of a graph. `can_stream` is false once its model refused to."""

    message_nodes: frozenset[tuple[str, ...]]
    steps: GraphSteps = field(default_factory=GraphSteps)
    can_stream: bool = True


@dataclass(frozen=True, kw_only=True)
class StreamedRun:
    """The runs of a graph for one thread. `report` may be called on any loop; `stopping` cuts off a model."""

    graph: StreamedGraph
    report: Callable[[RunEvent], None]
    stopping: Callable[[], bool] = lambda: False

    async def run(
        self, invoke: Invoke, given: Any, config: RunnableConfig, so_far: Iterable[RunEvent]
    ) -> None:
        """Invoke the graph. `so_far`: what an earlier run reported that this one goes on with.

        Raises RunAgain where the model cannot stream: the next run does not ask it to.
        """
        steps = StepCallbacks(self.report, self.graph.steps)
        if not self.graph.can_stream:
            await invoke(given, {**config, "callbacks": [*_callbacks(config), steps]})
            return
        for event in so_far:
            self.report(event)
        run = RunCallbacks(self.report, self.graph.message_nodes, self.stopping)
        watched: RunnableConfig = {**config, "callbacks": [*_callbacks(config), run, steps]}
        try:
            await invoke(given, watched)
        except Exception as error:
            if not _cannot_stream(error):
                raise
            log.info("model_cannot_stream", reason=str(error))
            self.graph.can_stream = False
            raise RunAgain from error


def _cannot_stream(error: BaseException) -> bool:
    return any(
        isinstance(each, StreamUnfaithful) or any(words in str(each).casefold() for words in _CANNOT_STREAM)
        for each in _causes(error)
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    each: BaseException | None = error
    for _ in range(10):
        if each is None:
            return
        yield each
        each = each.__cause__ or each.__context__


def _callbacks(config: RunnableConfig) -> list[BaseCallbackHandler]:
    """Those that the run has already."""
    given = config.get("callbacks")
    return list(given) if isinstance(given, list) else []
