"""Whether a decided approval's answer can be given to the graph, was taken by it already, or fits no more."""

from enum import StrEnum

from countersign.approvals.approval import Approval
from countersign.flow.graph_state import GraphState
from countersign.flow.steps.answer_check import answer_still_fits


class Standing(StrEnum):
    """How a decided approval stands to the state that the graph is in."""

    ASKED = "asked"  # this very question is pending
    TAKEN = "taken"  # the graph went on with the answer
    QUESTION_CHANGED = "question_changed"  # the graph is elsewhere, or asks something else
    GRAPH_CHANGED = "graph_changed"  # the graph's code would not take the answer, or not as it was meant


def standing(approval: Approval, state: GraphState) -> Standing:
    """Compare an approval with a state, by interrupt id, digest and checkpoint.

    An interrupt's id is made of its checkpoint, its task and how many questions the task asked before, so an
    interrupt that is not pending any more was answered; unless its task is gone (an answer to it would be
    dropped), somebody else wrote the state, or the state is older than the question.
    """
    asked = {pending.interrupt_id: pending for pending in state.pending}
    pending = asked.get(approval.interrupt_id)
    if pending is not None and pending.digest != approval.digest:
        return Standing.QUESTION_CHANGED
    if pending is not None:
        return Standing.ASKED if answer_still_fits(approval, pending) else Standing.GRAPH_CHANGED
    if approval.interrupt_id in state.orphaned:
        return Standing.GRAPH_CHANGED
    if state.last_input_key is None or state.checkpoint_id is None:
        return Standing.QUESTION_CHANGED
    if approval.checkpoint_id is not None and state.checkpoint_id < approval.checkpoint_id:
        return Standing.QUESTION_CHANGED
    return Standing.TAKEN
