"""A LangChain callback handler that reports which steps of a graph run."""

import hashlib
from collections import Counter
from collections.abc import Callable
from threading import Lock
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langgraph.errors import GraphBubbleUp, ParentCommand

from countersign.flow.live.events import RunEvent, StepEnded, StepExpected, StepStarted
from countersign.runs.streaming.graph_steps import GraphSteps, Path, Step
from countersign.runs.streaming.node_paths import node_path

_NODE = "graph:step:"  # begins the tag that LangGraph gives to the run of a node


class StepCallbacks(BaseCallbackHandler):
    """A node that runs several times at once is one step, which ends with the last of them."""

    run_inline = True  # in order

    def __init__(self, report: Callable[[RunEvent], None], steps: GraphSteps) -> None:
        """`report` may be called from any thread."""
        self._report = report
        self._steps = steps
        self._lock = Lock()  # nodes that are not async end on threads of their own
        self._paths: dict[UUID, Path] = {}
        self._known: set[Path] = set()  # that were reported
        self._running: Counter[Path] = Counter()
        self._failed: set[Path] = set()
        self._waiting: set[Path] = set()

    def on_chain_start(
        self,
        serialized: dict[str, Any],  # noqa: ARG002
        inputs: Any,  # noqa: ARG002 -- contents are for the card alone
        *,
        run_id: UUID,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        about = metadata or {}
        if not any(tag.startswith(_NODE) for tag in tags or ()) and not _is_task(about, more.get("name")):
            return
        path = node_path(about)
        step = self._steps.step(path)
        if step is not None:
            with self._lock:
                self._paths[run_id] = path
                self._known.add(path)
                self._running[path] += 1
                if self._running[path] == 1:
                    self._failed.discard(path)
                    self._waiting.discard(path)
            self._report(StepStarted(step_id=_id(step), title=step.title))
        for expected in self._steps.following.get(path, ()):
            if expected.path not in self._known:
                self._known.add(expected.path)
                self._report(StepExpected(step_id=_id(expected), title=expected.title))

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **_more: Any) -> None:  # noqa: ARG002
        self._end(run_id)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **_more: Any) -> None:
        waits = isinstance(error, GraphBubbleUp) and not isinstance(error, ParentCommand)
        failed = not isinstance(error, GraphBubbleUp)
        self._end(run_id, failed=failed, waits=waits)

    def _end(self, run_id: UUID, *, failed: bool = False, waits: bool = False) -> None:
        with self._lock:
            path = self._paths.pop(run_id, None)
            if path is None:
                return
            self._running[path] -= 1
            if failed:
                self._failed.add(path)
            if waits:
                self._waiting.add(path)
            if self._running[path]:
                return
            failed, waits = path in self._failed, path in self._waiting
        step = self._steps.step(path)
        assert step is not None
        self._report(StepEnded(step_id=_id(step), failed=failed, waits=waits))


def _is_task(metadata: dict[str, Any], name: object) -> bool:
    """Whether this is the run of a function with `@task`, whose path ends with whether it was called."""
    path: tuple[Any, ...] = metadata.get("langgraph_path") or ()
    return len(path) > 1 and path[-1] is True and name == metadata.get("langgraph_node")


def _id(step: Step) -> str:
    """The same in each run, and no longer than an id may be."""
    return "step:" + hashlib.blake2b("|".join(step.path).encode(), digest_size=8).hexdigest()
