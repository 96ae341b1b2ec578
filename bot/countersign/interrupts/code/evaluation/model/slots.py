"""A slot is an answer or a part of one; evidence is what code does with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from countersign.interrupts.code.shape import AnswerShape, Match, Scalar, SourceLocation

PARSED_AS_JSON = "json"  # the detail of a text whose words are parsed
RAISES = "raises"  # the detail of a refusal that the run does not survive
JOINED = "joined"  # the detail of a text that is added to another one
DECIMAL = "decimal"  # the detail of a number that `Decimal()` makes, exactly of a text and not of a fraction
CONVERTED = "converted"  # the detail of a number that `int()` makes, also of the digits of a text


class Use(StrEnum):
    TRUTH = "truth"  # its truth is tested, or it is compared with True or False
    COMPARED = "compared"  # with the values in `detail`
    UNEQUAL = "unequal"  # compared with what no JSON value equals, such as a member of an enum
    CHOSEN = "chosen"  # nothing but the values in `detail` is taken
    STRING = "string"  # it must be a text: a method of str is called
    TEXT = "text"  # its words are used
    SHOWN = "shown"  # it is formatted into a text
    NUMBER = "number"
    INTEGER = "integer"
    MAPPING = "mapping"  # used as an object, without a key
    STORED = "stored"  # put into a dict or a list
    KEPT = "kept"  # it is itself what an expression gives
    WHOLE = "whole"  # all of its keys or items may matter: it is spread, or read with an unknown key
    READ = "read"  # read from its object or list, `detail` says how
    UNPACKED = "unpacked"  # into as many items as `detail` says
    ITERATED = "iterated"
    IS = "is"  # tested for being of the kind in `detail`
    HAS = "has"  # the key in `detail` is looked for
    DECLARED = "declared"  # its type is written down: the shape in `detail`
    CHECKED = "checked"  # a model raises where it is not of the declared type
    DEFAULT = "default"  # where it is missing or empty, the value in `detail` takes its place
    REFUSED = "refused"  # on this path it raises, or asks again
    DISCARDED = "discarded"  # nothing is done with it here, or later under the name that it gets
    ESCAPED = "escaped"  # it goes where it is not followed; `detail` says where
    CARRIED = "carried"  # so does a dict or a list that has it


class Kind(StrEnum):
    """What `isinstance` distinguishes."""

    TEXT = "text"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    OBJECT = "object"
    LIST = "list"
    NONE = "none"


class Check(StrEnum):
    TRUE = "true"
    EQUALS = "equals"
    IS = "is"
    IS_FILLED = "is_filled"  # it is of a kind, and not empty
    HAS = "has"
    CAUGHT = "caught"  # an error here is caught
    OTHER = "other"  # something else than an answer is tested


@dataclass(frozen=True)
class Comparison:
    values: tuple[Scalar, ...]
    match: Match = Match.EQUAL
    lowered: bool = False
    stripped: bool = False


@dataclass(frozen=True)
class Reading:
    """How a key is read: `required` raises where it is missing."""

    required: bool


Detail: TypeAlias = Comparison | Reading | Kind | AnswerShape | Scalar


@dataclass(frozen=True, eq=False)
class Condition:
    """What holds on the path to a line: `check` of this slot came out as `positive`."""

    slot: "Slot | None"
    check: Check
    values: tuple[Scalar, ...] = ()
    positive: bool = True

    def negated(self) -> "Condition":
        return Condition(self.slot, self.check, self.values, not self.positive)


Conditions: TypeAlias = tuple[Condition, ...]


def negated(conditions: Conditions) -> Conditions:
    return tuple(condition.negated() for condition in conditions)


@dataclass(frozen=True, eq=False)
class Evidence:
    use: Use
    where: SourceLocation
    code: str
    conditions: Conditions
    detail: Detail = None
    from_state: bool = False  # done with what the state holds, which may be something else than the answer


@dataclass(eq=False)
class Slot:
    """`step` is the key or position under which it is read from `parent`; None is any item."""

    parent: "Slot | None" = None
    step: str | int | None = None
    keys: dict[str, "Slot"] = field(default_factory=dict)
    items: dict[int, "Slot"] = field(default_factory=dict)
    element: "Slot | None" = None
    evidence: list[Evidence] = field(default_factory=list)
    names: set[str] = field(default_factory=set)  # of the variables that hold it
    seen: set[object] = field(default_factory=set)
    stored_as: set[str] = field(default_factory=set)  # the keys under which it is put somewhere
    asked_under: set[Condition] = field(default_factory=set)  # held already when it was asked for
    original: "Slot | None" = None  # of a copy that has some of the evidence

    def key(self, name: str) -> "Slot":
        return self.keys.setdefault(name, Slot(self, name))

    def item(self, position: int) -> "Slot":
        return self.items.setdefault(position, Slot(self, position))

    def any_item(self) -> "Slot":
        if self.element is None:
            self.element = Slot(self)
        return self.element

    def note(self, evidence: Evidence) -> None:
        """Keep it once per line and set of conditions, however often a loop comes by."""
        tests = frozenset((id(c.slot), c.check, repr(c.values), c.positive) for c in evidence.conditions)
        mark = (evidence.use, evidence.where, repr(evidence.detail), tests, evidence.from_state)
        if mark not in self.seen:
            self.seen.add(mark)
            self.evidence.append(evidence)

    def is_same(self, other: "Slot | None") -> bool:
        return other is not None and (other is self or other is self.original)

    @property
    def root(self) -> "Slot":
        """The whole answer that this is a part of."""
        slot = self.original or self
        while slot.parent is not None:
            slot = slot.parent
        return slot

    def everything(self) -> Iterator[Evidence]:
        """The evidence of this slot and of all its parts."""
        yield from self.evidence
        for part in self.parts():
            yield from part.everything()

    def parts(self) -> Iterator["Slot"]:
        yield from self.keys.values()
        yield from self.items.values()
        if self.element is not None:
            yield self.element

    def restricted(self, keep: Callable[[Evidence], bool]) -> "Slot":
        """A copy with some of the evidence, and with the parts that are left with any."""
        copy = Slot(self.parent, self.step, names=self.names, original=self.original or self)
        copy.stored_as = self.stored_as
        copy.evidence = [each for each in self.evidence if keep(each)]
        for name, part in self.keys.items():
            kept = part.restricted(keep)
            # What comes of a part through the state has no conditions; reading it has.
            if any(each.use is Use.READ for each in kept.evidence):
                copy.keys[name] = kept
        for place, part in self.items.items():
            if (kept := part.restricted(keep)).used:
                copy.items[place] = kept
        if self.element is not None and (kept := self.element.restricted(keep)).used:
            copy.element = kept
        return copy

    @property
    def used(self) -> bool:
        return bool(self.evidence or self.keys or self.items or self.element)


@dataclass(frozen=True, eq=False)
class Refusal:
    """A refusal on its way through the handlers around it; `raised` is None where nothing is raised."""

    slot: Slot
    evidence: Evidence
    raised: str | None
