"""Breakpoints of graphs that the code of a step calls, which LangGraph does not report.

LangGraph does not report them outside the step, and a run that continues passes their breakpoints. Only
their checkpoint shows them: it has a next step that did not fail and asks nothing. After a crash it looks
the same without a breakpoint before that step, so in doubt there is one.
"""

from collections.abc import Collection
from typing import Any

from langgraph.checkpoint.base import CheckpointTuple
from langgraph.types import StateSnapshot

from countersign.runs.persistence.checkpointer import Checkpointer

# Of a checkpoint's channels and pending writes; LangGraph has them as constants of internal modules.
_NEXT = ("branch:to:", "__start__")
_SENDS = "__pregel_tasks"
_BEGUN = {"__interrupt__", "__error__"}


async def may_be_at_breakpoint(checkpointer: Any, snapshot: StateSnapshot, known: Collection[str]) -> bool:
    """Whether a graph inside a step that is not finished may stand at a breakpoint.

    `known` are the namespaces of the subgraphs that the graph has as nodes. Raises DatabaseUnavailable.
    """
    unfinished = [f"{task.name}:{task.id}" for task in snapshot.tasks if task.result is None]
    if not unfinished or not isinstance(checkpointer, Checkpointer):
        return False
    thread_id = snapshot.config["configurable"]["thread_id"]
    for namespace in await checkpointer.anamespaces(thread_id):
        if namespace in known or namespace.split("|")[0] not in unfinished:
            continue
        at: Any = {"configurable": {"thread_id": thread_id, "checkpoint_ns": namespace}}
        stored = await checkpointer.aget_tuple(at)
        if stored is not None and _has_a_next_step(stored):
            return True
    return False


def _has_a_next_step(stored: CheckpointTuple) -> bool:
    values = stored.checkpoint["channel_values"]
    if not values.get(_SENDS) and not any(name.startswith(_NEXT) for name in values):
        return False
    return not any(channel in _BEGUN for _, channel, _ in stored.pending_writes or ())
