"""How a decided approval stands to the graph's state: asked, taken, or no longer what was decided on."""

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.flow.graph_state import EMPTY_STATE, GraphState
from countersign.flow.steps.resuming.resume_check import ResumeStatus, resume_status
from countersign.interrupts.code import Text
from tests.flow.rows import a_state, an_approval, decided, pending

ASKED, TAKEN, QUESTION_CHANGED, GRAPH_CHANGED = (
    ResumeStatus.ASKED,
    ResumeStatus.TAKEN,
    ResumeStatus.QUESTION_CHANGED,
    ResumeStatus.GRAPH_CHANGED,
)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (a_state(pending()), ASKED),
        (a_state(pending("i0"), pending()), ASKED),
        (a_state(pending(digest="d2")), QUESTION_CHANGED),
        (a_state(orphaned=frozenset({"i1"})), GRAPH_CHANGED),
        (a_state(pending("i2")), TAKEN),
        (a_state(checkpoint_id="c5"), TAKEN),
        (a_state(checkpoint_id="c6"), TAKEN),
        (a_state(checkpoint_id="c4"), QUESTION_CHANGED),
        (a_state(last_input_key=None), QUESTION_CHANGED),
        (a_state(checkpoint_id=None), QUESTION_CHANGED),
        (EMPTY_STATE, QUESTION_CHANGED),
    ],
    ids=[
        "pending",
        "pending among others",
        "pending with other words",
        "its task is gone",
        "another question",
        "the same checkpoint",
        "a later checkpoint",
        "an earlier checkpoint",
        "a state that somebody else wrote",
        "a thread without checkpoints",
        "no state",
    ],
)
def test_an_interrupts_resume_status(state: GraphState, expected: ResumeStatus) -> None:
    assert resume_status(decided(an_approval()), state) is expected


def test_without_the_checkpoint_in_which_it_was_asked_any_later_state_counts_as_taken() -> None:
    assert resume_status(decided(an_approval(checkpoint_id=None)), a_state(checkpoint_id="c1")) is TAKEN


def test_an_answer_that_new_code_reads_differently_is_not_given() -> None:
    words = pending()
    words = type(words)(**{**vars(words), "shape": Text()})
    assert resume_status(decided(an_approval()), a_state(words)) is GRAPH_CHANGED


BREAKPOINT = "breakpoint:k1,k2"
APPROVED = decided(an_approval(BREAKPOINT))
REJECTED = decided(an_approval(BREAKPOINT), DecisionKind.REJECT, answer=False)


@pytest.mark.parametrize(
    ("approval", "state", "expected"),
    [
        (APPROVED, a_state(pending(BREAKPOINT)), ASKED),
        (REJECTED, a_state(pending(BREAKPOINT)), ASKED),
        (APPROVED, a_state(pending(BREAKPOINT, digest="d2")), QUESTION_CHANGED),
        (APPROVED, a_state(checkpoint_id="c6", unfinished=True), TAKEN),
        (APPROVED, a_state(checkpoint_id="c4", unfinished=True), QUESTION_CHANGED),
        (APPROVED, a_state(), GRAPH_CHANGED),
        (APPROVED, a_state(unfinished=True), TAKEN),
        (APPROVED, a_state(positions=frozenset({"k1", "k9"}), passed=frozenset({"k1"})), TAKEN),
        (REJECTED, a_state(positions=frozenset({"k1"}), passed=frozenset({"k1"})), GRAPH_CHANGED),
        (APPROVED, a_state(positions=frozenset({"k1", "k2"}), passed=frozenset({"k1"})), GRAPH_CHANGED),
        (APPROVED, a_state(positions=frozenset({"k2"})), GRAPH_CHANGED),
    ],
    ids=[
        "pending",
        "pending and rejected",
        "pending with other calls",
        "the graph went on",
        "the graph was set back",
        "the graph is at its end where it stood",
        "the graph is on its way",
        "passed",
        "passed though it was rejected",
        "one of two is not passed",
        "its breakpoint is gone",
    ],
)
def test_a_breakpoints_resume_status(approval: Approval, state: GraphState, expected: ResumeStatus) -> None:
    assert resume_status(approval, state) is expected
