"""The question at a breakpoint: the tool calls that run next, or the next step and the state."""

from collections.abc import Sequence
from typing import Any

from langgraph.prebuilt import ToolNode

from countersign.approvals.json import Json
from countersign.flow.graph_state import PendingInterrupt
from countersign.interrupts import BREAKPOINT_KEY, digest, to_json, within_limit
from countersign.runs.breakpoints.reached_breakpoints import ReachedBreakpoint, breakpoint_id
from countersign.runs.loading import AnyGraph
from countersign.runs.state.state_schema import state_fields, state_schema


def breakpoint_question(stops: Sequence[ReachedBreakpoint]) -> PendingInterrupt:
    """One question about all breakpoints that were reached: continuing passes every one of them."""
    value: Json = {BREAKPOINT_KEY: [_described(stop, alone=len(stops) == 1) for stop in stops]}
    return PendingInterrupt(
        interrupt_id=breakpoint_id(stops),
        value=within_limit(value),
        schema=None,
        digest=digest(value),
        node=stops[0].steps[0] if stops[0].steps and not stops[0].namespace else None,
    )


def _described(stop: ReachedBreakpoint, *, alone: bool) -> Json:
    stands: dict[str, Json] = {"before": list(stop.steps), "after": list(stop.after)}
    if stop.raised:
        stands["raised"] = [to_json(interrupt.value) for interrupt in stop.raised]
    if stop.calls:
        step = stop.steps[0]
        stands["tool_calls"] = [
            {"name": call["name"], "args": to_json(call["args"]), "id": call["id"]}
            | _arguments_schema(stop.graph, step, call["name"])
            for call in stop.calls
        ]
    if stop.calls and alone:
        return stands
    if stop.sends:
        stands["inputs"] = [{"step": send.node, "input": to_json(send.arg)} for send in stop.sends]
    values = to_json(stop.values)
    stands["state"] = values
    fields = state_fields(stop.graph)
    if alone and isinstance(values, dict) and fields:
        stands["schema"] = state_schema(fields)
    return stands


def _arguments_schema(graph: AnyGraph, step: str, tool: str) -> dict[str, Json]:
    """The tool's own schema of its arguments, where the step is LangGraph's node for tools."""
    bound: Any = getattr(graph.nodes.get(step), "bound", None)
    found = bound.tools_by_name.get(tool) if isinstance(bound, ToolNode) else None
    if found is None:
        return {}
    try:
        schema: Any = found.tool_call_schema
        return {"args_schema": to_json(schema if isinstance(schema, dict) else schema.model_json_schema())}
    except Exception:  # noqa: BLE001 -- a tool whose arguments have no schema is edited by their values
        return {}
