"""Words in a graph's code that mean yes, no, a change or a remark."""

from enum import Enum

from countersign.interrupts.code.shape import Scalar


class Meaning(Enum):
    YES = "yes"
    NO = "no"
    CHANGE = "change"  # go on, with other values
    REMARK = "remark"  # words for the agent
    OTHER = "other"


_WORDS = {
    Meaning.YES: (
        {"approve", "approved", "accept", "accepted", "yes", "y", "yep", "yeah", "ok", "okay", "confirm"}
        | {"confirmed", "allow", "allowed", "agree", "agreed", "proceed", "continue", "go", "true", "run"}
        | {"execute", "sure", "lgtm", "grant", "granted", "authorize", "authorise"}
    ),
    Meaning.NO: (
        {
            "reject",
            "rejected",
            "no",
            "n",
            "nope",
            "deny",
            "denied",
            "decline",
            "declined",
            "cancel",
            "canceled",
        }
        | {"cancelled", "stop", "abort", "false", "disapprove", "disapproved", "refuse", "refused", "ignore"}
        | {"skip", "disagree", "block", "veto"}
    ),
    Meaning.CHANGE: (
        {"edit", "edited", "update", "updated", "modify", "modified", "change", "changed", "amend"}
        | {"edit and approve", "approve with edits", "approve with changes", "approve and edit"}
    ),
    Meaning.REMARK: {"feedback", "respond", "response", "comment", "reply", "answer", "message", "note"},
}
_MEANINGS = {word: meaning for meaning, words in _WORDS.items() for word in words}


def meaning(value: Scalar) -> Meaning:
    """What a value stands for; only whole, well-known words have a meaning of their own."""
    if isinstance(value, bool):
        return Meaning.YES if value else Meaning.NO
    if not isinstance(value, str):
        return Meaning.OTHER
    return _MEANINGS.get(value.strip().casefold().replace("_", " "), Meaning.OTHER)
