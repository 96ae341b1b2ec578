"""Ports to LangGraph, and to the locks and slots under which a graph runs."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeAlias

from countersign.approvals.json import Json
from countersign.flow.error_report import ErrorReport
from countersign.flow.graph_state import GraphInfo, GraphState, StateChange
from countersign.flow.live.events import RunEvent
from countersign.flow.messages.inbound import Inbound
from countersign.flow.slots import Slot
from countersign.flow.thread import ThreadRef

Watch: TypeAlias = Callable[[RunEvent], None]
"""Takes what a run reports, on the loop of whoever bound the graph. Returns at once, never raises."""


class Session(Protocol):
    """A thread's lock, held by a database session: gone when the session is."""

    @property
    def closed(self) -> bool: ...


class Locks(Protocol):
    def hold(self, thread_id: str) -> AbstractAsyncContextManager[Any]:
        """Enter with the thread's session lock held. Raises ThreadBusy and DatabaseUnavailable."""
        ...


class RunSlots(Protocol):
    """Permission to run graphs, shared fairly between people and channels. All raise DatabaseUnavailable."""

    async def enter(self, thread_id: str) -> Slot | None:
        """A slot for the thread's next step. None: it waits, says so, and has a job when its turn comes.

        The caller holds the thread's lock.
        """
        ...

    async def leave(self, thread_id: str, slot: Slot) -> None:
        """The step is over: give its slot to a waiting thread. No effect on the slot of a later step."""
        ...


class GraphThread(Protocol):
    """One graph in one thread, under its lock. All raise DatabaseUnavailable.

    Runs raise RunFailed, and Stopped when they were stopped; resume AnswerRefused as well.
    """

    async def read(self) -> GraphState: ...

    async def start(self, inbound: Inbound) -> None: ...

    async def resume(self, interrupt_id: str, answer: Json, change: StateChange | None = None) -> None:
        """Hand over the answer, and `change` the state with it.

        AnswerRefused also where the state is not any more what was shown to whoever changed it.
        """
        ...

    async def is_asked(self, interrupt_id: str) -> bool:
        """Whether a task of today's graph asks this pending interrupt, in its subgraph as well."""
        ...

    async def continue_run(self) -> None:
        """Run what the state has still to run, without new input."""
        ...

    async def abandon(self) -> None:
        """Drop what the state has still to run, and the questions that it asks. Nothing runs."""
        ...

    async def forget(self) -> None:
        """Delete all of the thread's checkpoints."""
        ...

    async def ask_again(self) -> None:
        """Run the pending step again from its checkpoint: it asks again, under new ids."""
        ...


class Runs(Protocol):
    """The runs of this process."""

    @property
    def running(self) -> frozenset[str]:
        """The ids of the threads in which a graph runs here."""
        ...

    async def stop(self, thread_ids: Collection[str]) -> None:
        """End the runs of these threads after the step that they are in."""
        ...


class Graphs(Protocol):
    @property
    def infos(self) -> Mapping[str, GraphInfo]: ...

    @property
    def default(self) -> str: ...

    def bind(
        self,
        name: str,
        thread: ThreadRef,
        session: Any,
        starter: str | None = None,
        watch: Watch | None = None,
    ) -> AbstractAsyncContextManager[GraphThread]:
        """`starter` wrote what starts a run now; None where one goes on that somebody started before.

        `watch` gets the events of runs.
        """
        ...

    def report_error(self, error_id: str, name: str, error: BaseException) -> ErrorReport | None:
        """A report of an error in a step, for the graph's author. None: no reports are kept."""
        ...


class Checkpoints(Protocol):
    """LangGraph's checkpoints of a thread at rest, on the session of its lock."""

    async def compact(self, thread_id: str, session: Any) -> None:
        """Delete all checkpoints but the latest."""
        ...

    async def delete(self, thread_id: str, session: Any) -> None: ...
