"""Whether a decided approval's answer can be given to the graph, was taken already, or no longer fits."""

from enum import StrEnum

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.flow.graph_state import GraphState, checkpoint_keys, is_breakpoint
from countersign.flow.steps.resuming.answer_check import answer_still_fits


class ResumeStatus(StrEnum):
    """How a decided approval relates to the state that the graph is in."""

    ASKED = "asked"  # this very question is pending
    TAKEN = "taken"  # the graph went on with the answer
    QUESTION_CHANGED = "question_changed"  # the graph is elsewhere, or asks something else
    GRAPH_CHANGED = "graph_changed"  # the graph's code would not take the answer, or not as it was meant


def resume_status(approval: Approval, state: GraphState) -> ResumeStatus:
    """Compare an approval with a state, by interrupt id, digest and checkpoint.

    An interrupt's id is made of its checkpoint, its task and how many questions the task asked before, so an
    interrupt that is not pending any more was answered; unless its task is gone (an answer to it would be
    dropped), somebody else wrote the state, or the state is older than the question.
    """
    asked = {pending.interrupt_id: pending for pending in state.pending}
    pending = asked.get(approval.interrupt_id)
    if pending is not None and pending.digest != approval.digest:
        return ResumeStatus.QUESTION_CHANGED
    if is_breakpoint(approval.interrupt_id):
        return ResumeStatus.ASKED if pending is not None else _breakpoint_status(approval, state)
    if approval.ends_run and (pending is not None or approval.interrupt_id in state.orphaned):
        return ResumeStatus.ASKED  # there is no answer that today's code could take otherwise
    if pending is not None:
        return ResumeStatus.ASKED if answer_still_fits(approval, pending) else ResumeStatus.GRAPH_CHANGED
    if approval.interrupt_id in state.orphaned:
        return ResumeStatus.GRAPH_CHANGED
    return _moved_on(approval, state)


def _moved_on(approval: Approval, state: GraphState) -> ResumeStatus:
    """The state is not the one in which this was asked; it may be a later one, or another one altogether."""
    if state.last_input_key is None or state.checkpoint_id is None:
        return ResumeStatus.QUESTION_CHANGED
    if approval.checkpoint_id is not None and state.checkpoint_id < approval.checkpoint_id:
        return ResumeStatus.QUESTION_CHANGED
    return ResumeStatus.TAKEN


def _breakpoint_status(approval: Approval, state: GraphState) -> ResumeStatus:
    """Of a breakpoint that is not pending: it was passed, unless the graph still is there and has none.

    Then its code has changed, and to go on would run what was perhaps rejected.
    """
    here = checkpoint_keys(approval.interrupt_id) & state.positions
    if not here:
        gone = state.checkpoint_id == approval.checkpoint_id and not state.unfinished
        return ResumeStatus.GRAPH_CHANGED if gone else _moved_on(approval, state)
    if here <= state.passed and not _rejects(approval):
        return _moved_on(approval, state)
    return ResumeStatus.GRAPH_CHANGED


def _rejects(approval: Approval) -> bool:
    return any(vote is not None and vote.decision.kind is DecisionKind.REJECT for vote in approval.votes)
