"""Abstract values of expressions. A value is a tuple of alternatives; an empty one is unknown."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from countersign.interrupts.code.evaluation.model.slots import Conditions, Slot
from countersign.interrupts.code.shape import Scalar

if TYPE_CHECKING:
    from countersign.interrupts.code.evaluation.model.frame import Frame
    from countersign.interrupts.code.evaluation.model.modules import Module


@dataclass(frozen=True, eq=False)
class Ref:
    """An answer, or a part of one; lowered or stripped, or made a text by `str()`, on its way."""

    slot: Slot
    lowered: bool = False
    stripped: bool = False
    converted: bool = False
    earlier: bool = False  # read from the state, where the same function put it when it ran before
    from_state: bool = False  # read from the state, where other nodes may have put something else
    member: bool = False  # an enum or a model may have made a member of an enum of it


@dataclass(frozen=True)
class Const:
    value: Scalar


@dataclass(frozen=True)
class Member:
    """A member of an enum that equals none of JSON's values, not even its own."""

    value: Scalar


@dataclass(frozen=True)
class Opaque:
    """Anything at all: beside other alternatives it says that they are not the only ones."""


@dataclass(frozen=True)
class Template:
    """A text of which parts are known; None stands for one that is not."""

    parts: tuple[str | None, ...]


@dataclass(eq=False)
class Record:
    """A dict, or an instance of a class with these fields. `open`: it may have other keys.

    `conditions` held where it is written out.
    """

    entries: dict[str, "Value"]
    open: bool = False
    conditions: Conditions = ()
    of_members: bool = False  # its keys are members of an enum, by their values


@dataclass(eq=False)
class Items:
    """A list or tuple. `exact`: these are all, in this order."""

    items: list["Value"]
    exact: bool = True


@dataclass(frozen=True, eq=False)
class Outcome:
    """A truth value that a test gave, with what is known either way."""

    when_true: Conditions
    when_false: Conditions


@dataclass(frozen=True)
class State:
    space: str


@dataclass(frozen=True, eq=False)
class Function:
    """`given` and `named` are bound already, by functools.partial; `wrapper` may change what it returns."""

    module: "Module"
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    outer: "Frame | None" = None
    owner: "Class | None" = None
    instance: "Value" = ()
    given: tuple["Value", ...] = ()
    named: Mapping[str, "Value"] = field(default_factory=dict)
    wrapper: str = ""


@dataclass(frozen=True, eq=False)
class Class:
    module: "Module"
    node: ast.ClassDef


@dataclass(eq=False)
class Instance:
    """An object of the graph's own class."""

    cls: Class
    fields: Record = field(default_factory=lambda: Record({}, open=True))


@dataclass(frozen=True, eq=False)
class Adapter:
    """pydantic's `TypeAdapter` of a type that is written there."""

    frame: "Frame"
    annotation: ast.expr


@dataclass(frozen=True)
class External:
    """A name of a library, dotted from its top."""

    name: str

    @property
    def last(self) -> str:
        return self.name.rsplit(".", 1)[-1]


@dataclass(frozen=True, eq=False)
class OwnModule:
    module: "Module"


@dataclass(frozen=True)
class Subgraph:
    space: str


Atom: TypeAlias = (
    Ref
    | Const
    | Member
    | Opaque
    | Template
    | Record
    | Items
    | Outcome
    | State
    | Function
    | Class
    | Instance
    | Adapter
    | External
    | OwnModule
    | Subgraph
)
Value: TypeAlias = tuple[Atom, ...]

OPAQUE: Value = (Opaque(),)

_MAX_ALTERNATIVES = 64  # alternatives of one value; more are not followed


def union(values: Iterable[Value]) -> Value:
    merged: dict[object, Atom] = {}
    for value in values:
        for atom in value:
            merged.setdefault(_identity(atom), atom)
    return tuple(merged.values())[:_MAX_ALTERNATIVES]


def either(values: Iterable[Value]) -> Value:
    """One of these; of one that is not known it is not forgotten that it may be anything."""
    several = list(values)
    merged = union(several)
    return union((merged, OPAQUE)) if merged and not all(several) else merged


def _identity(atom: Atom) -> object:
    """Equal for atoms that stand for the same."""
    match atom:
        case Ref():
            kept = (atom.lowered, atom.stripped, atom.converted, atom.earlier, atom.from_state, atom.member)
            return atom.slot, kept
        case Const(value=known) | Member(value=known):
            return type(atom), isinstance(known, bool), known
        case Opaque() | Template() | State() | External() | Subgraph():
            return type(atom), atom
        case _:
            return id(atom)


def same_scalar(one: Scalar, other: Scalar) -> bool:
    """Equal as JSON: True is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def refs(value: Value, *, deep: bool = False) -> Iterator[Ref]:
    """The answers among the alternatives; `deep` looks into containers, too."""
    yield from _refs(value, deep, set())


def _refs(value: Value, deep: bool, seen: set[int]) -> Iterator[Ref]:
    for atom in value:
        if isinstance(atom, Ref):
            yield atom
        elif deep and isinstance(atom, Record | Items | Instance) and id(atom) not in seen:
            seen.add(id(atom))
            inner = atom.fields.entries if isinstance(atom, Instance) else None
            if isinstance(atom, Record):
                inner = atom.entries
            parts = (
                list(inner.values()) if inner is not None else atom.items if isinstance(atom, Items) else []
            )
            for part in parts:
                yield from _refs(part, deep, seen)


def constants(value: Value) -> tuple[Scalar, ...] | None:
    """All the scalars of a value that has nothing else; None if it has."""
    found = tuple(atom.value for atom in value if isinstance(atom, Const))
    return found if found and len(found) == len(value) else None


def comparable(value: Value, answer: Value) -> Value:
    """What an answer is compared with: one that was made a member of an enum equals a member of its value."""
    if not all(ref.member for ref in refs(answer)):
        return value
    return tuple(Const(atom.value) if isinstance(atom, Member) else atom for atom in value)


def as_members(value: Value) -> Value:
    """Answers of which an enum, or a model that has one, made members."""
    return tuple(replace(atom, member=True) if isinstance(atom, Ref) else atom for atom in value)


def has_member(value: Value) -> bool:
    return any(isinstance(atom, Member) for atom in value)
