"""The interface of a dialect: how it reads an interrupt, and whether its answers are a guess."""

from collections.abc import Callable
from dataclasses import dataclass

from countersign.approvals.decision import DecisionKind
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
    dialect. `guessed`: the payload does not settle which answer the graph wants, so what the graph's code
    does with the answer goes before it, and people can give any other answer as well.
    """

    name: str
    parse: Callable[[Json, Json], ReviewRequest | None]
    guessed: bool = True
