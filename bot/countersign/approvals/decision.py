"""What a person wants to happen to one action that waits for them."""

from collections.abc import Mapping
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
        """As something that was done, in the language of the code: for the command line and the log."""
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
    `ends_run`: a reject where the graph takes none, so its run is cancelled instead.
    `state` are the fields of the graph's state that change with it, by name, and their new values.
    """

    kind: DecisionKind
    message: str | None = None
    value: Json = None
    verbatim: bool = False
    ends_run: bool = False
    state: Mapping[str, Json] | None = None

    @property
    def proposes(self) -> bool:
        """Whether it proposes something else than what was asked, which others can agree to."""
        if self.kind is DecisionKind.APPROVE:
            return self.state is not None
        return self.kind is not DecisionKind.REJECT

    @property
    def edits(self) -> bool:
        """Whether it changes what will be done."""
        return self.kind is DecisionKind.EDIT or self.state is not None
