"""A graph that records what it is resumed with, and what a step's result says of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from countersign.approvals.approval import Approval
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Event, Status
from countersign.flow.errors import RunFailed
from countersign.flow.graph_state import GraphInfo, GraphState, StartsWith, StateChange
from countersign.flow.messages.inbound import Inbound
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.steps.results.step_results import StepResults
from countersign.flow.steps.resuming.resumption import Resumption
from countersign.flow.work import StepResult
from tests.flow.rows import NOW, a_state, an_approval, decided, pending, work

ASKED, GONE = a_state(pending()), a_state(checkpoint_id="c6")
BREAKPOINT = "breakpoint:k1"
FAILURE = RunFailed("e1", "It failed.")


class FakeGraph:
    """A graph's thread whose states come in the order that the test says. The last one stays."""

    def __init__(self, *states: GraphState, raises: Exception | None = None, is_asked: bool = True) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self._states = list(states)
        self._raises = raises
        self._is_asked = is_asked

    async def read(self) -> GraphState:
        return self._states.pop(0) if len(self._states) > 1 else self._states[0]

    async def resume(self, interrupt_id: str, answer: Json, change: StateChange | None = None) -> None:
        self._called("resume", interrupt_id, answer, change)

    async def is_asked(self, interrupt_id: str) -> bool:
        self.calls.append(("is_asked", interrupt_id))
        return self._is_asked

    async def continue_run(self) -> None:
        self._called("continue_run")

    async def abandon(self) -> None:
        self._called("abandon")

    async def start(self, inbound: Inbound) -> None:
        raise AssertionError("nothing is started")

    async def forget(self) -> None:
        raise AssertionError("nothing is forgotten")

    async def ask_again(self) -> None:
        raise AssertionError("nothing is asked again")

    def _called(self, *call: Any) -> None:
        self.calls.append(call)
        if self._raises is not None:
            raise self._raises


async def resume(
    approval: Approval,
    state: GraphState,
    graph: FakeGraph,
    *,
    others: Sequence[Approval] = (),
    first: Inbound | None = None,
    version: str | None = "v1",
    later: timedelta = timedelta(),
    **thread: Any,
) -> StepResult:
    all_work = work(approval, *others, **thread)
    info = GraphInfo(name="agent", starts_with=StartsWith.MESSAGES, form_schema=None, version=version)

    def clock() -> Any:
        return NOW + later

    results = StepResults(all_work, clock, state)
    return await Resumption(all_work, info, graph, results, clock).resume(approval, state, first)


def yes(interrupt_id: str = "i1", **changes: Any) -> Approval:
    return replace(decided(an_approval(interrupt_id)), **{"graph_version": "v1", **changes})


def changes(result: StepResult) -> list[tuple[Event, Status, str | None]]:
    return [(each.event, each.after.status, each.after.status_reason) for each in result.changes]


def texts(result: StepResult) -> list[str]:
    return [str(row.body["text"]) for row in result.post if isinstance(row.body, dict) and "text" in row.body]


def kinds(posts: Sequence[Outgoing]) -> list[OutgoingKind]:
    return [row.kind for row in posts]


GIVEN = ("resume", "i1", True, None)
