"""Continues a graph from a breakpoint, as people decided.

Tool calls and state are changed in place where possible: the update is stored on the checkpoint on which the
card was opened, so that exactly the step runs before which the graph stopped. Inside a subgraph, an update
makes a checkpoint of its own, marked with what may run there: after a crash nothing else runs unasked.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.errors import InvalidUpdateError
from langgraph.graph import END
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command

from countersign.approvals.json import Json
from countersign.approvals.recorded_reasons import STATE_REFUSED
from countersign.flow.errors import AnswerRefused
from countersign.i18n import lazy_text
from countersign.interrupts import json_equal, to_json
from countersign.runs.breakpoints.reached_breakpoints import PASSED_KEY, ReachedBreakpoint, fingerprint
from countersign.runs.breakpoints.tool_calls import (
    CallDecision,
    decided_messages,
    decided_sends,
    refusals,
    running_calls,
)
from countersign.runs.loading import AnyGraph
from countersign.runs.state.state_schema import state_update

STOPPED_KEY = "countersign_stopped"  # in the metadata of the checkpoint at which people stopped the run

Run = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class BreakpointContinuation:
    """`config` is that of the run that goes on; `run` runs the graph with an input; `stands` looks whether it
    stands at a breakpoint that was not passed."""

    graph: AnyGraph
    config: RunnableConfig
    run: Run
    stands: Callable[[], Awaitable[bool]]

    async def decide(self, stops: Sequence[ReachedBreakpoint], answer: Json) -> None:
        """Raises AnswerRefused where the state does not take the change."""
        decisions = _decisions(answer)
        stop = stops[0]
        if len(stops) == 1 and stop.calls:
            await self._decide_calls(stop, [_call_decision(each) for each in decisions])
        elif decisions[0].get("type") == "reject":
            await self._write(self.config, None, END, {STOPPED_KEY: "reject"})
        elif decisions[0].get("type") == "skip":
            await self._write(stop.config, None, stop.steps[0], {})
            await self._run_unless_stopped()
        elif decisions[0].get("type") == "edit":
            await self._edit_state(stop, decisions[0].get("state"))
        else:
            await self.run(None)

    async def _decide_calls(self, stop: ReachedBreakpoint, decisions: Sequence[CallDecision]) -> None:
        kinds = {decision.kind for decision in decisions}
        if kinds == {"approve"}:
            await self.run(None)
        elif kinds == {"reject"}:
            await self._write(stop.config, {"messages": refusals(stop.calls, decisions)}, stop.steps[0], {})
            await self._run_unless_stopped()
        else:
            messages = decided_messages(stop.values, stop.calls, decisions)
            if not stop.namespace:
                goto = decided_sends(stop.sends, stop.calls, decisions)
                await self.run(Command(update={"messages": messages}, goto=goto))
                return
            running = running_calls(stop.calls, decisions)
            marked = {PASSED_KEY: fingerprint(stop.steps, running)}
            await self._write(stop.config, _with_goto(stop, {"messages": messages}), None, marked)
            await self._run_unless_stopped()

    async def _edit_state(self, stop: ReachedBreakpoint, edited: Json) -> None:
        before = to_json(stop.values)
        assert isinstance(edited, Mapping), "the card's form makes an object"
        assert isinstance(before, Mapping), "only such a state has a form"
        changes = {
            name: value
            for name, value in edited.items()
            if name not in before or not json_equal(value, before[name])
        }
        update = state_update(stop.graph, changes)
        if not update:
            await self.run(None)
        elif not stop.namespace and not stop.raised:
            await self.run(Command(update=update))
        else:
            marked = {PASSED_KEY: fingerprint(stop.steps, stop.calls)}
            await self._write(stop.config, _with_goto(stop, update), None, marked)
            await self._run_unless_stopped()

    async def _write(
        self, at: RunnableConfig, values: Any, as_node: str | None, marks: Mapping[str, str]
    ) -> None:
        config: RunnableConfig = {
            "configurable": {**self.config["configurable"], **at["configurable"]},
            "metadata": {**self.config.get("metadata", {}), **marks},
        }
        try:
            await self.graph.aupdate_state(config, values, as_node)
        except InvalidUpdateError as error:
            raise AnswerRefused(lazy_text(STATE_REFUSED, problem=str(error))) from error

    async def _run_unless_stopped(self) -> None:
        """Run, unless the update led to another breakpoint, which people have not seen."""
        if not await self.stands():
            await self.run(None)


def _with_goto(stop: ReachedBreakpoint, update: Mapping[str, Any]) -> Any:
    """The update, which a checkpoint of its own takes: LangGraph forgets there where a `Command` led to."""
    steps = [step for step in stop.steps if _is_reached_by_command_alone(stop.graph, step)]
    return Command(update=update, goto=steps) if steps and not stop.sends else update


def _is_reached_by_command_alone(graph: AnyGraph, step: str) -> bool:
    if not isinstance(graph, CompiledStateGraph):
        return False
    builder = graph.builder
    ends = {end for _, end in (*builder.edges, *builder.waiting_edges)}
    branches = [branch for each in builder.branches.values() for branch in each.values()]
    chosen = any(branch.ends is None or step in branch.ends.values() for branch in branches)
    return step not in ends and not chosen


def _decisions(answer: Json) -> list[Mapping[str, Json]]:
    found = answer.get("decisions") if isinstance(answer, Mapping) else None
    assert isinstance(found, list), "the dialect makes a list of decisions"
    return [each for each in found if isinstance(each, Mapping)]


def _call_decision(decision: Mapping[str, Json]) -> CallDecision:
    message = decision.get("message")
    edited = decision.get("edited_action")
    args = edited.get("args") if isinstance(edited, Mapping) else None
    return CallDecision(
        kind="edit"
        if decision.get("type") == "edit"
        else "reject"
        if decision.get("type") == "reject"
        else "approve",
        args=args if isinstance(args, Mapping) else None,
        message=message if isinstance(message, str) else None,
    )
