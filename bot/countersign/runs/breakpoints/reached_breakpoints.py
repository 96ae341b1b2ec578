"""Finds the breakpoints at which a graph has stopped, from its checkpoints alone.

LangGraph does not record a stop: it stops where a step is among the breakpoints and a channel changed since
the last resume. The same comparison is made here, so a stop is also found if the process died just before it.
A run that continues without input passes the breakpoint, so nothing continues before people agree.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.messages import ToolCall
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple
from langgraph.constants import TAG_HIDDEN
from langgraph.pregel import Pregel
from langgraph.types import Interrupt, PregelTask, Send, StateSnapshot

from countersign.approvals.canonical_json import canonical_json
from countersign.flow.graph_state import BREAKPOINT
from countersign.interrupts import to_json
from countersign.runs.breakpoints.tool_calls import pending_calls
from countersign.runs.loading import AnyGraph

PASSED_KEY = "countersign_passed"  # in the metadata of a checkpoint written for a decision: what may run now
_LAST_RESUME = "__interrupt__"  # the pseudo node whose seen versions are those of the last resume
_SENDS = "__pregel_tasks"  # the channel of steps that are sent an input of their own
_NO_TASK = "00000000-0000-0000-0000-000000000000"  # the task id of writes that came with a Command
RAISED = "placeholder-id"  # the id of an interrupt that was raised as NodeInterrupt


@dataclass(frozen=True, kw_only=True)
class ReachedBreakpoint:
    """One graph, the outermost or a subgraph, that stopped before the steps `steps`.

    `config`, `graph` and `values` are those of that graph.
    """

    namespace: str  # of the checkpoint; empty for the outermost graph
    checkpoint_id: str
    updates: int  # writes to the state that were stored on the checkpoint since it was saved
    steps: tuple[str, ...]  # what runs next
    after: tuple[str, ...]  # the breakpoints that it stopped after
    raised: tuple[Interrupt, ...]  # what a step raised as NodeInterrupt
    sends: tuple[Send, ...]  # the next steps that have inputs of their own
    calls: tuple[ToolCall, ...]  # the tool calls that the next step runs, if it is the only one
    passed: bool  # whether people have already let it continue
    config: RunnableConfig
    graph: AnyGraph
    values: Any

    @property
    def key(self) -> str:
        return _key(self.namespace, self.checkpoint_id, self.updates)


def breakpoint_id(stops: Sequence[ReachedBreakpoint]) -> str:
    """The id under which people are asked about all of these. It changes as soon as the graph moves."""
    return BREAKPOINT + ",".join(stop.key for stop in stops)


def namespace_of(key: str) -> str:
    """Of the checkpoint with this key."""
    return key.rpartition("@")[0]


def _key(namespace: str, checkpoint_id: str, updates: int) -> str:
    return f"{namespace}@{checkpoint_id}+{updates}"


def fingerprint(steps: Sequence[str], calls: Sequence[ToolCall]) -> str:
    """What a checkpoint that was written for a decision lets run."""
    shown = [{"id": call["id"], "name": call["name"], "args": to_json(call["args"])} for call in calls]
    return hashlib.sha256(canonical_json(to_json([list(steps), shown]))).hexdigest()


class BreakpointFinder:
    """`reads` has the checkpoint that was read last, by namespace."""

    def __init__(self, graph: AnyGraph, reads: Mapping[str, CheckpointTuple]) -> None:
        self._graph = graph
        self._reads = reads
        self._positions: set[str] = set()

    @property
    def positions(self) -> frozenset[str]:
        """The keys of all checkpoints of the graph and its subgraphs."""
        return frozenset(self._positions)

    async def find(self, snapshot: StateSnapshot) -> tuple[ReachedBreakpoint, ...]:
        """Every breakpoint of the graph and its subgraphs, outermost first. `snapshot` was read just now."""
        if any(task.state is not None and not _asks(task) for task in snapshot.tasks):
            thread = snapshot.config["configurable"]["thread_id"]
            snapshot = await self._graph.aget_state({"configurable": {"thread_id": thread}}, subgraphs=True)
        return tuple(await self._below(self._graph, snapshot, ""))

    async def _below(
        self, graph: AnyGraph, snapshot: StateSnapshot, namespace: str
    ) -> list[ReachedBreakpoint]:
        stored = self._reads.get(namespace)
        if stored is None:
            return []
        self._positions.add(_key(namespace, stored.checkpoint["id"], _updates(stored)))
        found: list[ReachedBreakpoint] = []
        for task in snapshot.tasks:
            if _has_state(task) and not _asks(task):
                subgraph = await _subgraph(graph, task.name)
                below = str(task.state.config["configurable"].get("checkpoint_ns", ""))  # type: ignore[union-attr]
                found += await self._below(subgraph, task.state, below) if subgraph else []  # type: ignore[arg-type]
        own = await self._own(graph, snapshot, stored, namespace)
        if own is None:
            return found
        return [replace(own, passed=own.passed or bool(found)), *found]

    async def _own(
        self, graph: AnyGraph, snapshot: StateSnapshot, stored: CheckpointTuple, namespace: str
    ) -> ReachedBreakpoint | None:
        tasks = snapshot.tasks
        if not tasks:  # it stopped after its last step
            return None
        raised = tuple(
            interrupt
            for task in tasks
            if not _has_state(task)
            for interrupt in task.interrupts
            if interrupt.id == RAISED
        )
        stopped = any(_among(graph, task.name, graph.interrupt_before_nodes) for task in tasks)
        after = await self._ended(graph, snapshot)
        if not raised and not ((stopped or after) and _changed_since_resume(stored)):
            return None
        updates = _updates(stored)
        steps = tuple(dict.fromkeys(task.name for task in tasks))
        sends = tuple(send for send in stored.checkpoint["channel_values"].get(_SENDS) or ())
        calls = pending_calls(snapshot.values, sends) if len(steps) == 1 and not raised else ()
        begun = any(
            task.interrupts or task.error or task.result is not None or _has_state(task) for task in tasks
        )
        marked = (stored.metadata or {}).get(PASSED_KEY)
        return ReachedBreakpoint(
            namespace=namespace,
            checkpoint_id=stored.checkpoint["id"],
            updates=updates,
            steps=steps,
            after=after,
            raised=raised,
            sends=sends,
            calls=calls,
            passed=not raised and (begun or updates > 0 or marked == fingerprint(steps, calls)),
            config=snapshot.config,
            graph=graph,
            values=snapshot.values,
        )

    async def _ended(self, graph: AnyGraph, snapshot: StateSnapshot) -> tuple[str, ...]:
        """The breakpoints among the steps that led to this checkpoint."""
        by_steps = (snapshot.metadata or {}).get("source") == "loop"
        if not graph.interrupt_after_nodes or not by_steps or snapshot.parent_config is None:
            return ()
        # Through the outermost graph, which has the checkpointer.
        parent = await self._graph.aget_state(snapshot.parent_config)
        ended = [task.name for task in parent.tasks if _among(graph, task.name, graph.interrupt_after_nodes)]
        return tuple(dict.fromkeys(ended))


def _updates(stored: CheckpointTuple) -> int:
    writes = stored.pending_writes or []
    return sum(task == _NO_TASK and not channel.startswith("__") for task, channel, _ in writes)


def _changed_since_resume(stored: CheckpointTuple) -> bool:
    seen = stored.checkpoint["versions_seen"].get(_LAST_RESUME, {})
    versions = stored.checkpoint["channel_versions"]
    return any(
        channel not in seen or str(version) > str(seen[channel]) for channel, version in versions.items()
    )


def _among(graph: AnyGraph, name: str, breakpoints: str | Sequence[str]) -> bool:
    if breakpoints != "*":
        return name in breakpoints
    node = graph.nodes.get(name)
    return node is not None and TAG_HIDDEN not in (node.tags or ())


def _asks(task: PregelTask) -> bool:
    """Whether the task waits for the answer to a question of its own."""
    return any(interrupt.id != RAISED for interrupt in task.interrupts)


def _has_state(task: PregelTask) -> bool:
    """Whether the task is a subgraph that ran and keeps its state."""
    return isinstance(task.state, StateSnapshot) and bool(task.state.tasks)


async def _subgraph(graph: AnyGraph, node: str) -> AnyGraph | None:
    found = [sub async for name, sub in graph.aget_subgraphs(namespace=node) if name == node]
    return found[0] if found and isinstance(found[0], Pregel) else None
