"""Whether a decided answer still fits the graph's code."""

from countersign.approvals.approval import Approval
from countersign.approvals.canonical_json import canonical_json
from countersign.flow.graph_state import PendingInterrupt
from countersign.interrupts import InvalidDecision, parse, resume_value, takes
from countersign.interrupts.code import Unknown, shape_from_json


def answer_still_fits(approval: Approval, pending: PendingInterrupt) -> bool:
    """The graph's code may have changed since the question was asked, and read the same answer differently.

    Then the decision is good if it gives the same answer under the shape that the code has now, and if the
    code still knows that answer: a word that led to an `else` may be true to code that tests truth alone.
    What was typed for code that could be read goes to none that can't.
    """
    if pending.shape == shape_from_json(approval.answer_shape):
        return True
    if not takes(pending.shape, approval.answer):
        return False
    decisions = [vote.decision for vote in approval.votes if vote is not None]
    if isinstance(pending.shape, Unknown) and any(decision.verbatim for decision in decisions):
        return False
    request = parse(pending.value, pending.schema, pending.shape)
    try:
        today = resume_value(request, decisions)
    except InvalidDecision:
        return False
    return canonical_json(today) == canonical_json(approval.answer)
