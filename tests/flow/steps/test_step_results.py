"""What a step leaves once its run is over: at its end, at a breakpoint nobody sees, or after a failure."""

from dataclasses import replace

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.approvals.votes.vote import Vote
from countersign.flow.error_report import ErrorReport
from countersign.flow.errors import RunFailed
from countersign.flow.graph_state import GraphState, PendingInterrupt
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind, note
from countersign.flow.steps.results.step_results import StepResults
from countersign.flow.work import Work
from tests.flow.rows import BOB, NOW, REF, a_message, a_state, an_approval, decided, pending, work

RETRY = replace(a_message(1), kind=InboundKind.RETRY)
BEFORE = a_state(checkpoint_id="c4")
TAKEN = Change(after=decided(an_approval()).resumed(), event=Event.RESUMED)
LAST_WORD = note(REF, "stopped", "The run was stopped.")
REPORT = ErrorReport(error_id="e1", graph="agent", type="ValueError", message="no", traceback="...")
FAILURE = RunFailed("e1", "It failed.", REPORT)
DONE, CARD, NOTE = OutgoingKind.DONE, OutgoingKind.CARD, OutgoingKind.NOTE
FAILED = OutgoingKind.FAILURE


def results(given: Work) -> StepResults:
    return StepResults(given, lambda: NOW, BEFORE)


@pytest.mark.parametrize(
    ("state", "last_word", "said"),
    [
        (a_state(), (), [DONE]),
        (a_state(), (LAST_WORD,), [NOTE]),
        (a_state(pending()), (), [CARD]),
        (a_state(pending(), unfinished=True), (), [CARD]),
        (a_state(pending()), (LAST_WORD,), [CARD, NOTE]),
        (a_state(orphaned=frozenset({"i1"})), (), []),
    ],
    ids=[
        "an end without words",
        "an end of which a note tells",
        "a question",
        "a question beside what is still to run",
        "a question and a note",
        "a question that its graph no longer has",
    ],
)
async def test_a_run_that_is_over_has_one_last_word(
    state: GraphState, last_word: tuple[()], said: list[OutgoingKind]
) -> None:
    result = await results(work()).at_rest(state, ("message:1",), (TAKEN,), last_word)
    assert [row.kind for row in result.post] == said
    assert (result.done, result.changes[0], result.thread.halted) == (("message:1",), TAKEN, None)


async def test_a_breakpoint_that_nobody_sees_halts_the_thread() -> None:
    result = await results(work()).at_rest(a_state(unfinished=True), ("message:1",), (TAKEN,))
    assert (result.done, result.changes, result.thread.halted) == (("message:1",), (TAKEN,), "breakpoint-c5")
    (row,) = result.post
    assert (row.kind, row.thread_ts) == (FAILED, REF.ts)
    assert isinstance(row.body, dict)
    assert (row.body["error_id"], row.body["try_again"]) == ("breakpoint-c5", False), "it would be passed"
    assert "can't be approved here" in str(row.body["text"])


@pytest.mark.parametrize(("halted", "there"), [("breakpoint-c5", True), ("e1", False), (None, False)])
def test_a_thread_halted_at_a_hidden_breakpoint_is_known_by_its_error_id(
    halted: str | None, there: bool
) -> None:
    assert results(work(halted=halted)).at_hidden_breakpoint is there


async def test_whoever_tries_again_at_a_hidden_breakpoint_is_told_why_it_stays() -> None:
    stopped = work(halted="breakpoint-c5")
    result = await results(stopped).not_continued(a_state(unfinished=True), RETRY)
    assert (result.done, result.thread.halted) == ((RETRY.key,), "breakpoint-c5")
    (row,) = result.post
    assert isinstance(row.body, dict)
    assert (row.kind, row.key) == (NOTE, f"note:{RETRY.key}")
    assert "can't be approved here" in str(row.body["text"])


@pytest.mark.parametrize(
    ("given", "changes", "asked", "again"),
    [
        ((decided(an_approval()),), (), (pending(),), True),
        ((decided(an_approval()), decided(an_approval("i2"))), (TAKEN,), (pending("i2"),), True),
        ((decided(an_approval()),), (TAKEN,), (), False),
        ((an_approval(),), (), (pending(),), False),
        ((), (), (), False),
        ((decided(an_approval("breakpoint:k1")),), (), (pending("breakpoint:k1"),), False),
    ],
    ids=[
        "an answer was not taken",
        "one of two was not taken",
        "the answer was taken",
        "nothing is decided",
        "nothing was asked",
        "a breakpoint has no question",
    ],
)
async def test_a_failure_offers_to_ask_again_where_an_answer_was_not_taken(
    given: tuple[Approval, ...],
    changes: tuple[Change, ...],
    asked: tuple[PendingInterrupt, ...],
    again: bool,
) -> None:
    result = await results(work(*given)).failed(a_state(*asked), FAILURE, ("message:1",), changes)
    failure = result.post[-1]
    assert isinstance(failure.body, dict)
    assert (failure.kind, failure.body["text"], failure.body["error_id"]) == (FAILED, "It failed.", "e1")
    assert (failure.body["try_again"], failure.body["ask_again"]) == (True, again)
    assert (result.done, result.thread.halted, result.error) == (("message:1",), "e1", REPORT)


def test_what_ends_the_run_comes_before_answers_and_neither_while_it_can_be_undone() -> None:
    answer, other, undoable = (decided(an_approval(name)) for name in ("i1", "i2", "i3"))
    ends = decided(an_approval("i4"), DecisionKind.REJECT)
    vote = Vote(decision=Decision(kind=DecisionKind.REJECT, ends_run=True), by=BOB, at=NOW)
    ends = replace(ends, votes=(vote,))
    waits = an_approval("i5")
    given = work(answer, other, undoable.undoable(NOW), ends, waits)
    assert results(given).decided == [ends, answer, other]
