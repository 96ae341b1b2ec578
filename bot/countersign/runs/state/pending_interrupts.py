"""The interrupts that a checkpoint says are pending, whether or not today's graph still has their task.

LangGraph's snapshot shows the interrupts of the tasks that the graph as it is now would run. After a node was
renamed or removed, its question is not in the snapshot, and an answer to it is dropped without an error.
"""

from collections.abc import Iterator
from typing import Any

from langgraph.checkpoint.base import CheckpointTuple
from langgraph.types import StateSnapshot

from countersign.runs.breakpoints.reached_breakpoints import RAISED

# Channels of a checkpoint's pending writes; LangGraph has them as constants of an internal module.
_INTERRUPT = "__interrupt__"
_NO_OUTPUT = {_INTERRUPT, "__resume__", "__error__", "__error_source_node__"}
_INPUT_TASK = "00000000-0000-0000-0000-000000000000"


class RecordsLastRead:
    """Mixin for a checkpoint saver: keeps the last checkpoint read, by namespace."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reads: dict[str, CheckpointTuple] = {}  # shared with the copies that `with_allowlist` makes

    async def aget_tuple(self, config: Any) -> CheckpointTuple | None:
        found: CheckpointTuple | None = await super().aget_tuple(config)  # type: ignore[misc]
        namespace = config["configurable"].get("checkpoint_ns", "")
        if found is None:
            self.reads.pop(namespace, None)
        else:
            self.reads[namespace] = found
        return found


def pending_interrupt_ids(checkpoint: CheckpointTuple | None) -> frozenset[str]:
    """The ids of the interrupts whose task has not ended, without those that were raised as NodeInterrupt."""
    writes = (checkpoint.pending_writes if checkpoint else None) or []
    ended = {task for task, channel, _ in writes if channel not in _NO_OUTPUT}
    return frozenset(
        interrupt.id
        for task, channel, value in writes
        if channel == _INTERRUPT and task not in ended and task != _INPUT_TASK
        for interrupt in (value if isinstance(value, list | tuple) else [value])
        if interrupt.id != RAISED
    )


def is_asked(snapshot: StateSnapshot, interrupt_id: str) -> bool:
    """Whether a task of today's graph asks this, in the subgraph that it came from as well.

    The outer graph keeps the interrupts of a subgraph's node, and would run the subgraph without that node.
    `snapshot` is one that was read with its subgraphs.
    """
    asking = [t for t in snapshot.tasks if interrupt_id in {i.id for i in t.interrupts}]
    return any(all(is_asked(nested, interrupt_id) for nested in _nested(task)) for task in asking)


def _nested(task: Any) -> Iterator[StateSnapshot]:
    """The state of the subgraph that the task runs, if it keeps one."""
    if isinstance(task.state, StateSnapshot) and task.state.metadata is not None:
        yield task.state
