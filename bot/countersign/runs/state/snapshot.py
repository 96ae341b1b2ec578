"""Converts LangGraph's StateSnapshot into the flow's GraphState."""

from collections.abc import Collection, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage
from langgraph.constants import END
from langgraph.types import StateSnapshot

from countersign.approvals.json import Json
from countersign.flow.graph_state import GraphState, PendingInterrupt
from countersign.interrupts import digest, to_json, within_limit
from countersign.interrupts.code import UNKNOWN, GraphReading
from countersign.runs.breakpoints.continuation import STOPPED_KEY
from countersign.runs.breakpoints.question import breakpoint_question
from countersign.runs.breakpoints.reached_breakpoints import RAISED, ReachedBreakpoint
from countersign.runs.loading import AnyGraph
from countersign.runs.state.conversation import (
    agent_messages,
    messages_in,
    nested_messages,
    replaces_messages,
    tool_results,
)
from countersign.runs.state.output_files import without_files

# In every checkpoint's metadata: the key of the input that led to it, and what a form said of the context.
INPUT_KEY = "countersign_input"
CONTEXT_KEY = "countersign_context"

_STRUCTURED = "structured_response"  # where langchain's create_agent puts it
_SHOWN_OTHERWISE = {"messages", _STRUCTURED}
_WHOLE = ("__root__", END)  # channels that hold all of the output


def with_named_values(graph: AnyGraph, snapshot: StateSnapshot) -> StateSnapshot:
    """The snapshot with values by name: what an entrypoint returns is one value of any type."""
    if graph.output_channels != END or isinstance(snapshot.values, dict):
        return snapshot
    value = snapshot.values
    if value is None:
        return snapshot._replace(values={})
    if isinstance(value, BaseMessage) and value.id is None:  # each run's is another one
        value = value.model_copy(update={"id": snapshot.config["configurable"]["checkpoint_id"]})
    messages = [value] if isinstance(value, BaseMessage) else value
    if isinstance(messages, list) and messages and all(isinstance(each, BaseMessage) for each in messages):
        return snapshot._replace(values={"messages": messages})
    fields = to_json(value)
    named = fields if isinstance(fields, dict) else {"result": value}
    return snapshot._replace(values=named)


def read_state(
    graph: AnyGraph,
    snapshot: StateSnapshot,
    *,
    committed: Any,
    pending_ids: Collection[str],
    graph_version: str | None,
    answers: GraphReading,
    tools: tuple[str, ...] = (),
    stops: Sequence[ReachedBreakpoint] = (),
    positions: frozenset[str] = frozenset(),
    changeable: Json = None,
    hidden_breakpoint: bool = False,
) -> GraphState:
    """`committed` are the values whose messages are posted, `pending_ids` the checkpoint's interrupts.

    `answers` is what the graph's code does with answers, `stops` the breakpoints at which it stands.
    """
    metadata: dict[str, Any] = dict(snapshot.metadata or {})
    values = snapshot.values if isinstance(snapshot.values, dict) else {"output": snapshot.values}
    outputs = _output_names(graph, values)
    chats = "messages" in outputs
    said = messages_in(committed) if chats else []
    run = str(metadata.get(INPUT_KEY) or "") if chats and replaces_messages(graph) else ""
    configurable = (snapshot.config or {}).get("configurable", {})
    interrupts = _pending(snapshot, answers)
    orphaned = frozenset(pending_ids) - {p.interrupt_id for p in interrupts}
    waiting = [stop for stop in stops if not stop.passed]
    pending = (breakpoint_question(waiting), *interrupts) if waiting else interrupts
    stopped = STOPPED_KEY in metadata and not snapshot.tasks
    others = {name: to_json(values[name]) for name in outputs if name not in _SHOWN_OTHERWISE or not chats}
    output, files = without_files({} if stopped else others)
    structured = to_json(values.get(_STRUCTURED)) if chats else None
    return GraphState(
        pending=pending,
        orphaned=orphaned,
        # Not `next`, which leaves out a task whose writes are stored but not applied yet.
        unfinished=bool(snapshot.tasks) or bool(orphaned),
        last_input_key=metadata.get(INPUT_KEY),
        chats=chats,
        tools=tools,
        messages=agent_messages(said, run),
        nested=nested_messages(snapshot, said) if pending else (),
        output=output or None,
        files=files,
        structured=structured,
        tool_results=tool_results(said),
        checkpoint_id=configurable.get("checkpoint_id"),
        graph_version=graph_version,
        changeable=changeable,
        positions=positions,
        passed=frozenset(stop.key for stop in stops if stop.passed),
        hidden_breakpoint=hidden_breakpoint,
    )


def _output_names(graph: AnyGraph, values: dict[str, Any]) -> list[str]:
    channels = graph.output_channels
    names = [channels] if isinstance(channels, str) else list(channels)
    return [name for name in names if name in values] or (list(values) if names[0] in _WHOLE else [])


def _pending(snapshot: StateSnapshot, answers: GraphReading) -> tuple[PendingInterrupt, ...]:
    """The pending interrupts, deduplicated by id: a subgraph's is listed twice."""
    nodes = {interrupt.id: task.name for task in snapshot.tasks for interrupt in task.interrupts}
    found = {}
    for interrupt in snapshot.interrupts:
        if interrupt.id == RAISED:  # it is a stop, not a question
            continue
        value, schema = to_json(interrupt.value), to_json(interrupt.response_schema)
        whole = digest(value, schema)
        value = within_limit(value)
        node = nodes.get(interrupt.id)
        found[interrupt.id] = PendingInterrupt(
            interrupt_id=interrupt.id,
            value=value,
            schema=schema,
            digest=whole,
            node=node,
            shape=answers.shape_for(node, value) if node is not None else UNKNOWN,
        )
    return tuple(found.values())


def dangling_tool_calls(values: Any) -> list[tuple[str, str]]:
    """(id, name) of tool calls that no tool message answers."""
    messages = values.get("messages") if isinstance(values, dict) else None
    calls: dict[str, str] = {}
    for message in messages or []:
        if isinstance(message, AIMessage):
            calls |= {call["id"]: call["name"] for call in message.tool_calls if call["id"]}
        else:
            calls.pop(getattr(message, "tool_call_id", None) or "", None)
    return list(calls.items())
