"""The interface of a dialect: how it parses an interrupt and how it writes the answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts.review_request import ReviewRequest

APPROVE, EDIT, REJECT, RESPOND = (
    DecisionKind.APPROVE,
    DecisionKind.EDIT,
    DecisionKind.REJECT,
    DecisionKind.RESPOND,
)


@dataclass(frozen=True)
class Dialect:
    """One shape in which graphs ask, and in which they want their answer.

    `parse` takes the interrupt's value and its response schema; it returns None if they are not of this
    dialect. `resume_value` takes the value and one allowed, validated decision per row; it returns what
    resumes the graph.
    """

    name: str
    parse: Callable[[Json, Json], ReviewRequest | None]
    resume_value: Callable[[Json, Sequence[Decision]], Json]
