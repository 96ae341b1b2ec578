"""The words for yes and no in an answer: those that the code names, or their opposites."""

from collections.abc import Collection, Iterator

from countersign.interrupts.code import Match, Meaning, OneOf, Scalar, meaning

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
_ORDERS = {"go", "run", "execute", "continue", "proceed"}  # a yes to a yes or no; beside others, one of them


def meaning_among(value: Scalar, values: Collection[Scalar]) -> Meaning:
    """What a value stands for beside the others: "go" is a yes beside "stop", and not beside "fire"."""
    if isinstance(value, str) and value.strip().casefold() in _ORDERS:
        meanings = {meaning(each) for each in values}
        if Meaning.OTHER in meanings and Meaning.NO not in meanings:
            return Meaning.OTHER
    return meaning(value)


def first_of(values: Collection[Scalar], wanted: Meaning) -> Scalar:
    """The first value with this meaning; None if there is none, since null has none."""
    return next((value for value in values if meaning_among(value, values) is wanted), None)


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
