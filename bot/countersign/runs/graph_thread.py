"""One graph in one thread: read, start, resume by id, continue. The caller holds the thread's lock."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from langchain_core.messages import ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple
from langgraph.errors import GraphDrained, is_invalid_resume
from langgraph.graph import END
from langgraph.types import Command, StateSnapshot

from countersign.approvals.errors import CountersignError
from countersign.approvals.json import Json
from countersign.approvals.recorded_reasons import ANSWER_REFUSED
from countersign.flow.errors import AnswerRefused, DatabaseUnavailable, Drained, RunAgain, RunFailed, Stopped
from countersign.flow.graph_state import GraphInfo, GraphState, StateChange, is_breakpoint
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.thread import ThreadRef
from countersign.i18n import lazy_text
from countersign.interrupts import to_json
from countersign.interrupts.code import GraphReading
from countersign.runs.breakpoints.continuation import STOPPED_KEY, BreakpointContinuation
from countersign.runs.breakpoints.hidden_breakpoints import may_be_at_breakpoint
from countersign.runs.breakpoints.reached_breakpoints import BreakpointFinder, ReachedBreakpoint, namespace_of
from countersign.runs.breakpoints.reached_breakpoints import breakpoint_id as stops_id
from countersign.runs.inputs.input_plan import InputPlan
from countersign.runs.loading import AnyGraph
from countersign.runs.persistence.checkpointer import Checkpointer, is_database_unavailable
from countersign.runs.run_control import StoppableRun
from countersign.runs.state.pending_interrupts import is_asked, pending_interrupt_ids
from countersign.runs.state.snapshot import (
    CONTEXT_KEY,
    INPUT_KEY,
    dangling_tool_calls,
    read_state,
    with_named_values,
)
from countersign.runs.state.state_schema import changeable_state, changed_fields
from countersign.runs.streaming.streamed_run import StreamedRun
from countersign.runs.streaming.unfinished_tool_calls import unfinished_tool_calls
from countersign.runs.tracing_callbacks import with_span_callbacks

_FAILED_CALL = "This call failed and gave no result."
_STOPPED_CALL = "A person stopped this call. It gave no result."


def thread_config(ref: ThreadRef, host: object) -> RunnableConfig:
    """The config of every run of a thread. Graphs rely on these keys of `configurable`."""
    return {
        "configurable": {
            "thread_id": ref.id,
            "slack_team_id": ref.team,
            "slack_channel_id": ref.current_channel or ref.channel,
            "slack_thread_ts": ref.ts,
            "countersign": host,
        }
    }


class GraphThread:
    def __init__(
        self,
        graph: AnyGraph,
        info: GraphInfo,
        plan: InputPlan,
        config: RunnableConfig,
        session: psycopg.AsyncConnection[Any],
        control: StoppableRun,
        reads: Mapping[str, CheckpointTuple],
        answers: GraphReading,
        failed: Callable[[BaseException], RunFailed],
        *,
        shows_state: bool = False,
        streamed_run: StreamedRun | None = None,
    ) -> None:
        """`failed` reports what a run raised; with `streamed_run`, runs report what they do."""
        self._streamed_run = streamed_run
        self._graph = graph
        self._info = info
        self._plan = plan
        self._config = config
        self._session = session
        self._control = control
        self._reads = reads
        self._answers = answers
        self._shows_state = shows_state
        self._failed = failed
        self._metadata: dict[str, Any] = {}
        self._values: Any = None

    async def read(self) -> GraphState:
        snapshot = with_named_values(self._graph, await self._graph.aget_state(self._config))
        self._metadata = dict(snapshot.metadata or {})
        self._values = snapshot.values
        held = pending_interrupt_ids(self._reads.get(""))
        finder = BreakpointFinder(self._graph, self._reads)
        stops = await finder.find(snapshot)
        committed = await self._committed(snapshot)
        if any(task.state is not None and task.interrupts for task in snapshot.tasks):
            snapshot = await self._graph.aget_state(self._config, subgraphs=True)
        return read_state(
            self._graph,
            snapshot,
            committed=committed,
            pending_ids=held,
            graph_version=self._info.version,
            answers=self._answers,
            tools=self._info.tools,
            stops=stops,
            positions=finder.positions,
            changeable=self._changeable(snapshot),
            hidden_breakpoint=await self._hidden_breakpoint(snapshot, finder.positions),
        )

    async def _hidden_breakpoint(self, snapshot: StateSnapshot, positions: frozenset[str]) -> bool:
        if not self._answers.breakpoints:
            return False
        known = {namespace_of(position) for position in positions}
        return await may_be_at_breakpoint(self._graph.checkpointer, snapshot, known)

    def _changeable(self, snapshot: StateSnapshot) -> Json:
        asks = self._shows_state and bool(snapshot.interrupts)
        return changeable_state(self._graph, snapshot.values) if asks else None

    async def _committed(self, snapshot: StateSnapshot) -> Any:
        """The values without the writes of tasks whose siblings are still pending.

        Until the whole superstep ends, a message among them has no final position, and one without an id gets
        a new id at every read.
        """
        if not any(task.result is not None for task in snapshot.tasks):
            return snapshot.values
        here = {
            **self._config["configurable"],
            "checkpoint_id": snapshot.config["configurable"]["checkpoint_id"],
        }
        before = await self._graph.aget_state({"configurable": here})
        return with_named_values(self._graph, before).values

    async def describe(self) -> Json:
        """The state for the inspector: its values, the next nodes, the pending interrupts."""
        snapshot = await self._graph.aget_state(self._config)
        return {
            "checkpoint": snapshot.config.get("configurable", {}).get("checkpoint_id"),
            "next": list(snapshot.next),
            "pending": [to_json(interrupt.value) for interrupt in snapshot.interrupts],
            "values": to_json(snapshot.values),
        }

    async def start(self, inbound: Inbound) -> None:
        """Run with new input. The checkpoints record its key, so that a retry knows it was applied."""
        given, context = self._input(inbound)
        if inbound.kind is not InboundKind.FORM:
            context = self._kept_context()  # of the form that began the thread, if there was one
        self._control.input_given()
        await self._run(given, self._config_for(inbound.key, inbound.user, context))

    async def resume(self, interrupt_id: str, answer: Json, change: StateChange | None = None) -> None:
        if is_breakpoint(interrupt_id):
            await self._pass_breakpoint(interrupt_id, answer)
            return
        update = changed_fields(self._graph, to_json(self._values), change) if change is not None else None
        command: Command[Any] = Command(resume={interrupt_id: answer}, update=update or None)
        await self._run(command, self._continue_config())

    async def _pass_breakpoint(self, breakpoint_id: str, answer: Json) -> None:
        """Continue from the breakpoint, if the graph is still at it."""
        stops = await self._stops()
        if stops_id(stops) != breakpoint_id:
            return
        config = self._continue_config()

        async def run(given: Any) -> None:
            await self._run(given, config)

        async def stands() -> bool:
            return bool(await self._stops())

        passing = BreakpointContinuation(graph=self._graph, config=config, run=run, stands=stands)
        try:
            await passing.decide(stops, answer)
        except CountersignError:
            raise
        except Exception as error:
            raise self._translated(error) from error

    async def _stops(self) -> tuple[ReachedBreakpoint, ...]:
        """The breakpoints that the graph has reached and not passed."""
        snapshot = await self._graph.aget_state(self._config)
        found = await BreakpointFinder(self._graph, self._reads).find(snapshot)
        return tuple(stop for stop in found if not stop.passed)

    async def is_asked(self, interrupt_id: str) -> bool:
        return is_asked(await self._graph.aget_state(self._config, subgraphs=True), interrupt_id)

    async def continue_run(self) -> None:
        await self._run(None, self._continue_config())

    async def ask_again(self) -> None:
        # From an explicit checkpoint id: without it LangGraph replays the stored answers.
        snapshot = await self._graph.aget_state(self._config)
        config = self._continue_config()
        config["configurable"]["checkpoint_id"] = snapshot.config["configurable"]["checkpoint_id"]
        await self._run(None, config)

    async def forget(self) -> None:
        await Checkpointer(self._session).adelete_thread(self._config["configurable"]["thread_id"])

    async def abandon(self) -> None:
        """Drop what the state has still to run and what it asks, and keep the rest."""
        config = self._continue_config()
        config["metadata"] = {**config.get("metadata", {}), STOPPED_KEY: "stop"}
        await self._graph.aupdate_state(config, None, END)

    def _continue_config(self) -> RunnableConfig:
        user = self._metadata.get("slack_user_id")
        return self._config_for(self._metadata.get(INPUT_KEY), user, self._kept_context())

    def _kept_context(self) -> dict[str, Json]:
        found: dict[str, Json] = json.loads(self._metadata.get(CONTEXT_KEY) or "{}")
        return found

    def _config_for(
        self, input_key: str | None, user: str | None, context: Mapping[str, Json]
    ) -> RunnableConfig:
        mirrored = self._plan.context.configurable(context)
        configurable = {**mirrored, **self._config["configurable"], "slack_user_id": user or ""}
        metadata = {INPUT_KEY: input_key or ""}
        if context:
            metadata[CONTEXT_KEY] = json.dumps(context)
        return {"configurable": configurable, "metadata": metadata}

    def _input(self, inbound: Inbound) -> tuple[Any, dict[str, Json]]:
        """The graph's input, and what a form says of its context."""
        # After a failed step or a cancelled run, tool calls may lack results: models refuse such a history.
        content = _STOPPED_CALL if STOPPED_KEY in self._metadata else _FAILED_CALL
        unanswered = [
            ToolMessage(
                content=content,
                tool_call_id=call,
                name=tool,
                status="error",
            )
            for call, tool in dangling_tool_calls(self._values)
        ]
        if inbound.kind is InboundKind.FORM:
            return self._plan.from_form(inbound.body, unanswered)
        return self._plan.from_text(inbound.text, unanswered, inbound.blocks), {}

    async def _run(self, given: Any, config: RunnableConfig) -> None:
        try:
            context = self._plan.context.of_run(json.loads(config["metadata"].get(CONTEXT_KEY, "{}")))
            await self._invoke(given, with_span_callbacks(config), context)
        except RunAgain:
            raise
        except GraphDrained:
            raise (Drained if self._control.hands_back else Stopped) from None
        except Exception as error:
            raise self._translated(error) from error

    async def _invoke(self, given: Any, config: RunnableConfig, context: Any) -> None:
        async def invoke(given: Any, config: RunnableConfig) -> None:
            await self._graph.ainvoke(
                given, config, context=context, durability="sync", control=self._control
            )

        if self._streamed_run is None:
            await invoke(given, config)
        else:
            await self._streamed_run.run(invoke, given, config, unfinished_tool_calls(self._values))

    def _translated(self, error: Exception) -> CountersignError:
        if is_database_unavailable(error, self._session):
            return DatabaseUnavailable()
        if is_invalid_resume(error):
            return AnswerRefused(lazy_text(ANSWER_REFUSED, problem=str(error)))
        return self._failed(error)
