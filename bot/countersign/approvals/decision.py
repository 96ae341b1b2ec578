"""What a person wants to happen to one action that waits for them."""

from dataclasses import dataclass
from enum import StrEnum

from countersign.approvals.json import Json


class DecisionKind(StrEnum):
    APPROVE = "approve"  # do it as asked
    EDIT = "edit"  # do it, with these values instead
    REJECT = "reject"  # do not do it
    RESPOND = "respond"  # answer instead: the answer to a question, or words in place of a tool's result

    @property
    def done(self) -> str:
        """The decision as something that was done: "approved"."""
        return _DONE[self]


_DONE = {
    DecisionKind.APPROVE: "approved",
    DecisionKind.EDIT: "edited and approved",
    DecisionKind.REJECT: "rejected",
    DecisionKind.RESPOND: "answered",
}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One decision on one row of a review request.

    `message` is free text (the reason of a reject, the words of a respond to a tool call).
    `value` is typed JSON (the arguments after an edit, the answer to a question or a schema).
    `verbatim`: `value` is all that the graph gets, whatever the request would make of a respond.
    """

    kind: DecisionKind
    message: str | None = None
    value: Json = None
    verbatim: bool = False
