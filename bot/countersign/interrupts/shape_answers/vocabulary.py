"""Which words in a graph's code mean yes, no, a change or a remark."""

from collections.abc import Iterable, Iterator
from enum import Enum

from countersign.interrupts.code import Match, OneOf, Scalar


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
    ),
    Meaning.REMARK: {"feedback", "respond", "response", "comment", "reply", "answer", "message", "note"},
}
_MEANINGS = {word: meaning for meaning, words in _WORDS.items() for word in words}
_OPPOSITES = {
    "yes": "no",
    "y": "n",
    "approve": "reject",
    "approved": "rejected",
    "accept": "reject",
    "accepted": "rejected",
    "ok": "cancel",
    "okay": "cancel",
    "confirm": "cancel",
    "confirmed": "cancelled",
    "allow": "deny",
    "allowed": "denied",
    "agree": "disagree",
    "continue": "stop",
    "proceed": "stop",
    "go": "stop",
    "true": "false",
}


def meaning(value: Scalar) -> Meaning:
    """What a value stands for; only whole, well-known words have a meaning of their own."""
    if isinstance(value, bool):
        return Meaning.YES if value else Meaning.NO
    if not isinstance(value, str):
        return Meaning.OTHER
    return _MEANINGS.get(value.strip().casefold().replace("_", " "), Meaning.OTHER)


def first_of(values: Iterable[Scalar], wanted: Meaning) -> Scalar:
    """The first value with this meaning; None if there is none, since null has none."""
    return next((value for value in values if meaning(value) is wanted), None)


def opposite(shape: OneOf, wanted: Meaning) -> Scalar:
    """A yes or a no that the code does not name, and that it will not take for one of those it names.

    None if there is none.
    """
    return next((value for value in _candidates(shape, wanted) if not matches(shape, value)), None)


def matches(shape: OneOf, value: object) -> bool:
    """Whether the code's comparison takes the value for one of those that it names."""
    return any(_same(shape, each, value) for each in shape.values)


def _candidates(shape: OneOf, wanted: Meaning) -> Iterator[Scalar]:
    """What goes with the code's own words comes first."""
    yes = wanted is Meaning.YES
    for value in shape.values:
        if isinstance(value, bool) and value is not yes:
            yield yes
        elif isinstance(value, str):
            word = value.strip().casefold()
            found = [pair for pair in _OPPOSITES.items() if word == pair[1 if yes else 0]]
            yield from (pair[0 if yes else 1] for pair in found)
    yield from ("yes", "approve", "continue", True) if yes else ("no", "reject", "cancel", False)


def _same(shape: OneOf, known: Scalar, value: object) -> bool:
    if not isinstance(known, str) or not isinstance(value, str):
        return type(known) is type(value) and known == value
    if shape.ignores_case:
        known, value = known.casefold(), value.casefold()
    if shape.ignores_space:
        known, value = known.strip(), value.strip()
    match shape.match:
        case Match.PREFIX:
            return value.startswith(known)
        case Match.CONTAINS:
            return known in value
        case _:
            return known == value
