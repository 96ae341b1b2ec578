"""A decided approval on its way to the graph: which calls the graph gets, and what a failure leaves."""

from dataclasses import replace

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.recorded_reasons import (
    QUESTION_CHANGED,
)
from countersign.approvals.votes.vote import Vote
from countersign.flow.errors import Stopped
from countersign.flow.graph_state import GraphState, StateChange
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from tests.flow.resuming.resumption.resuming_doubles import (
    ASKED,
    FAILURE,
    GIVEN,
    GONE,
    FakeGraph,
    changes,
    kinds,
    resume,
    yes,
)
from tests.flow.rows import BOB, NOW, a_message, a_state, an_approval, pending

RESUMED = (Event.RESUMED, Status.RESUMED, None)


async def test_what_is_still_asked_gets_the_answer() -> None:
    graph = FakeGraph(GONE)
    result = await resume(yes(), ASKED, graph)

    assert graph.calls == [GIVEN]
    assert changes(result) == [RESUMED]
    assert result.changes[0].detail == {"run": "finished"}
    assert (result.done, result.stopped, result.thread.halted) == ((), False, None)


async def test_a_change_of_the_state_goes_along_with_what_people_were_shown() -> None:
    vote = Vote(decision=Decision(kind=DecisionKind.APPROVE, state={"amount": 7}), by=BOB, at=NOW)
    approval = replace(an_approval(), graph_version="v1", state={"values": {"amount": 5}})
    graph = FakeGraph(GONE)
    await resume(approval.with_votes({0: vote}).answered_with(True), ASKED, graph)
    assert graph.calls == [("resume", "i1", True, StateChange(after={"amount": 7}, before={"amount": 5}))]


async def test_an_answer_that_was_taken_is_not_given_again_and_the_run_goes_on() -> None:
    graph = FakeGraph(GONE)
    assert changes(await resume(yes(), replace(GONE, unfinished=True), graph)) == [RESUMED]
    assert graph.calls == [("continue_run",)]


@pytest.mark.parametrize(
    "state",
    [
        GONE,
        a_state(pending("i2"), checkpoint_id="c6", unfinished=True),
        replace(GONE, unfinished=True, hidden_breakpoint=True),
    ],
    ids=["at its end", "at its next question", "at a breakpoint that is not seen"],
)
async def test_a_run_that_took_the_answer_and_rests_is_left_alone(state: GraphState) -> None:
    graph = FakeGraph(state)
    assert RESUMED in changes(await resume(yes(), state, graph))
    assert graph.calls == []


async def test_a_retry_that_led_to_it_is_done() -> None:
    retry, plain = a_message(1, kind=InboundKind.RETRY), a_message(2)
    assert (await resume(yes(), ASKED, FakeGraph(GONE), first=retry)).done == (retry.key,)
    assert (await resume(yes(), ASKED, FakeGraph(GONE), first=plain)).done == ()


# --- failures


async def test_a_failure_after_the_graph_took_the_answer_resumes_the_approval() -> None:
    result = await resume(yes(), ASKED, FakeGraph(replace(GONE, unfinished=True), raises=FAILURE))
    assert changes(result) == [RESUMED]
    assert result.changes[0].detail == {"run": "failed", "error_id": "e1"}
    assert result.thread.halted == "e1"
    assert kinds(result.post) == [OutgoingKind.FAILURE]


async def test_a_failure_before_that_leaves_the_decision_for_a_retry() -> None:
    result = await resume(yes(), ASKED, FakeGraph(ASKED, raises=FAILURE))
    assert changes(result) == []
    assert result.thread.halted == "e1"


async def test_a_run_that_is_stopped_after_it_took_the_answer_has_it() -> None:
    result = await resume(yes(), ASKED, FakeGraph(replace(GONE, unfinished=True), raises=Stopped()))
    assert changes(result) == [RESUMED]
    assert result.changes[0].detail == {"run": "stopped"}
    assert result.stopped


async def test_a_run_that_is_stopped_before_it_took_the_answer_still_waits_for_it() -> None:
    result = await resume(yes(), ASKED, FakeGraph(ASKED, raises=Stopped()))
    assert (changes(result), result.stopped) == ([], True)


async def test_a_run_that_is_stopped_at_another_question_does_not_get_it() -> None:
    elsewhere = a_state(pending(digest="d2"))
    result = await resume(yes(), ASKED, FakeGraph(elsewhere, raises=Stopped()))
    assert changes(result)[0] == (Event.WITHDRAWN, Status.WITHDRAWN, QUESTION_CHANGED)
    assert result.stopped
