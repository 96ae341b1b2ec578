"""What a stop leaves of a thread, and whom it tells, without a graph or a database."""

from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.lifecycle import Event, Status
from countersign.flow.conversation.stop import (
    FAILED_AFTER_DECISION,
    NOT_YOURS,
    NOTHING_RUNS,
    STILL_UNDOABLE,
    StopRun,
    stop_before_start,
)
from countersign.flow.graph_state import GraphState
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.steps.results.step_results import StepResults
from countersign.flow.work import StepResult, Work
from tests.flow.rows import NOW, a_message, a_state, an_approval, decided, pending, work
from tests.support.fakes.fake_slack import FakeSlack

MESSAGE, KEPT, LATER = a_message(1), a_message(2), a_message(4)
STOP = replace(a_message(3), kind=InboundKind.STOP)
REVISION = replace(a_message(5), kind=InboundKind.REVISION)
MINE = replace(an_approval(), requester="UBOB")
AT_REST, ASKED, AFTER = a_state(), a_state(pending()), a_state(checkpoint_id="c6")
STOPPED = "Stopped. Send a message to go on."
ONE_UNREAD = "1 queued message was not read. Send it again if you still need it."


class Graph:
    """A thread's graph that asks nothing any more once its run was abandoned."""

    def __init__(self) -> None:
        self.abandoned = 0

    async def abandon(self) -> None:
        self.abandoned += 1

    async def read(self) -> GraphState:
        return AFTER


async def stop(given: Work, state: GraphState = AT_REST) -> tuple[StepResult, Graph]:
    slack: Any = FakeSlack()
    graph: Any = Graph()
    results = StepResults(given, lambda: NOW, state)
    return await StopRun(slack)(given, state, STOP, graph, results), graph


def row(*inbound: Inbound, held: tuple[Inbound, ...] = (), **thread: Any) -> Work:
    return replace(work(inbound=(*inbound, STOP), requester="UBOB", **thread), held=held)


def texts(result: StepResult) -> list[Any]:
    return [each.body["text"] for each in result.post if isinstance(each.body, dict)]


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (row(), a_state(unfinished=True)),
        (row(), ASKED),
        (work(MINE, inbound=(STOP,), requester="UBOB"), AT_REST),
        (row(REVISION), AT_REST),
        (row(halted="e1"), a_state(unfinished=True)),
    ],
    ids=["steps are left", "a question without a card", "a card", "a message before it", "after a failure"],
)
async def test_there_is_something_to_stop_where(given: Work, state: GraphState) -> None:
    result, graph = await stop(given, state)
    assert (graph.abandoned, texts(result), result.notices) == (1, [STOPPED], ())
    assert (result.done[-1], result.thread.halted) == (STOP.key, None)


async def test_where_nothing_runs_only_who_asked_is_told() -> None:
    result, graph = await stop(row(halted="e1"))
    assert (graph.abandoned, texts(result), result.thread.halted) == (0, [], "e1")
    assert [(notice.user, str(notice.text)) for notice in result.notices] == [("UBOB", NOTHING_RUNS)]
    assert result.done == (STOP.key,)


async def test_what_was_written_before_is_not_read_and_what_came_after_is() -> None:
    given = replace(work(inbound=(MESSAGE, STOP, LATER), requester="UBOB"), held=(KEPT,))
    result, _ = await stop(given)
    assert result.done == (MESSAGE.key, KEPT.key, STOP.key)
    assert texts(result) == [
        f"{STOPPED} 2 queued messages were not read. Send them again if you still need them."
    ]


@pytest.mark.parametrize(
    ("unread", "said"), [((REVISION,), STOPPED), ((REVISION, MESSAGE), f"{STOPPED} {ONE_UNREAD}")]
)
async def test_only_messages_that_would_have_run_are_counted(unread: tuple[Inbound, ...], said: str) -> None:
    result, _ = await stop(row(*unread))
    assert texts(result) == [said]


async def test_who_stops_what_somebody_else_began_is_named() -> None:
    result, _ = await stop(replace(row(MESSAGE), thread=work(requester="UALICE").thread))
    assert texts(result) == [f"Stopped by ubob. Send a message to go on. {ONE_UNREAD}"]


async def test_ones_own_request_is_withdrawn_with_the_reason() -> None:
    result, _ = await stop(work(MINE, inbound=(STOP,), requester="UBOB"), ASKED)
    (change,) = result.changes
    assert (change.event, change.after.status, change.by and change.by.id) == (
        Event.WITHDRAWN,
        Status.WITHDRAWN,
        "UBOB",
    )
    assert change.after.status_reason == change.detail == "Stopped by ubob."


@pytest.mark.parametrize(
    ("approvals", "why"),
    [
        ((replace(MINE, requester="UALICE"),), NOT_YOURS),
        ((MINE, replace(an_approval("i2"), requester="UALICE")), NOT_YOURS),
        ((decided(MINE).undoable(NOW),), STILL_UNDOABLE),
        ((decided(MINE),), FAILED_AFTER_DECISION),
        ((decided(MINE), decided(an_approval("i2")).undoable(NOW)), STILL_UNDOABLE),
    ],
    ids=["somebody else's", "one of two is somebody else's", "can be undone", "failed", "one can be undone"],
)
async def test_a_card_stays_and_who_wants_it_stopped_is_told_why(
    approvals: tuple[Approval, ...], why: str
) -> None:
    asked = a_state(*(pending(approval.interrupt_id) for approval in approvals))
    result, graph = await stop(work(*approvals, inbound=(MESSAGE, STOP), halted="e1"), asked)
    assert (graph.abandoned, result.changes, texts(result)) == (0, (), [])
    assert [(notice.user, str(notice.text)) for notice in result.notices] == [("UBOB", why)]
    assert (result.done, result.thread.halted) == ((STOP.key,), "e1"), "nothing else is given up"


async def test_a_thread_can_be_stopped_before_its_graph_ever_ran() -> None:
    result = stop_before_start(row(MESSAGE), STOP)
    assert (result.done, texts(result)) == ((MESSAGE.key, STOP.key), [f"{STOPPED} {ONE_UNREAD}"])
    nothing = stop_before_start(row(), STOP)
    assert (nothing.done, nothing.post) == ((STOP.key,), ())
    assert [str(notice.text) for notice in nothing.notices] == [NOTHING_RUNS]
