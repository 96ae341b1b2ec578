"""The shape of an answer, as the graph's own code reads it.

Two shapes are equal if they take the same answers; `where` and `evidence` say how that is known and are not
compared. No shape promises more than the code shows: what is not understood is `Unknown`.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

Scalar: TypeAlias = bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """A line of the graph's source."""

    file: str
    line: int  # from 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, kw_only=True)
class _Located:
    where: SourceLocation | None = field(default=None, compare=False)  # the line that decides the shape
    evidence: str = field(default="", compare=False)  # the code on that line that reads the answer


@dataclass(frozen=True)
class Boolean(_Located):
    """Only its truth is tested (`if answer`, `answer is True`), or it is declared as `bool`."""


@dataclass(frozen=True)
class Number(_Located):
    integer: bool = False  # only whole numbers are taken


class Match(StrEnum):
    """How the code compares an answer with a value of `OneOf`."""

    EQUAL = "equal"
    PREFIX = "prefix"  # the answer begins with the value
    CONTAINS = "contains"  # the value is somewhere in the answer


@dataclass(frozen=True)
class OneOf(_Located):
    """The answer is compared with these values; they are as the code writes them, in its order.

    `exhaustive`: the code has no use for any other value (it is declared as a `Literal`, or another one
    raises or is asked again). Otherwise any other value is taken as well, and leads to a branch of its own.
    `ignores_case`, `ignores_space`: the answer is lowered or stripped before it is compared.
    """

    values: tuple[Scalar, ...]
    exhaustive: bool = False
    ignores_case: bool = False
    ignores_space: bool = False
    match: Match = Match.EQUAL


@dataclass(frozen=True)
class Text(_Located):
    """The words themselves are used: put into a message, split, returned by a tool."""

    optional: bool = False  # an empty text, or none, has a branch of its own
    remark: bool = field(default=False, compare=False)  # the code's names say that it is feedback
    json: bool = False  # the code parses it as JSON, and raises at any other text
    decimal: bool = False  # the code makes an exact number of it, and raises at any other text


@dataclass(frozen=True)
class Tuple(_Located):
    """A list of exactly these items, unpacked or read by position.

    `sometimes` are the positions of those that are only read where another item says so; null does elsewhere.
    """

    items: tuple["AnswerShape", ...]
    sometimes: tuple[int, ...] = ()


@dataclass(frozen=True)
class ListOf(_Located):
    """A list of any length, iterated over."""

    item: "AnswerShape"


@dataclass(frozen=True)
class Key:
    """One key of an object.

    `required`: it is read without a default whatever else the answer says. `needed_with`: it is read without
    a default where another key of the same object has this value, for example `("action", "edit")`;
    `needed_unless`: where none of these keys has its value; `needed_without`: where none of these keys is
    there. `unread_with`: where another key has this value, it is not read at all.
    """

    name: str
    shape: "AnswerShape"
    required: bool
    needed_with: tuple[tuple[str, Scalar], ...] = ()
    needed_unless: tuple[tuple[str, Scalar], ...] = ()
    unread_with: tuple[tuple[str, Scalar], ...] = ()
    needed_without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Object(_Located):
    """An object of which these keys are read, in the code's order.

    `open`: the object is also used as a whole (spread, stored, passed on), so it may have other keys.
    """

    keys: tuple[Key, ...]
    open: bool = False

    def key(self, name: str) -> Key | None:
        return next((key for key in self.keys if key.name == name), None)


@dataclass(frozen=True)
class Union(_Located):
    """Each of these is taken; no alternative is a union itself or unknown."""

    alternatives: tuple["AnswerShape", ...]


@dataclass(frozen=True)
class Unknown(_Located):
    """The code does not show what it takes; `evidence` says why not, in words for the graph's author.

    `unread`: the code does nothing with the answer, so it goes on in the same way whatever people decide.
    """

    unread: bool = False
    conflicting: bool = field(default=False, compare=False)  # whatever type is written down for it


AnswerShape: TypeAlias = Boolean | Number | OneOf | Text | Tuple | ListOf | Object | Union | Unknown

UNKNOWN = Unknown()


def parts_of(shape: AnswerShape) -> tuple[AnswerShape, ...]:
    """The shapes that it is made of, in the code's order."""
    match shape:
        case Tuple(items=inner) | Union(alternatives=inner):
            return inner
        case ListOf(item=item):
            return (item,)
        case Object(keys=keys):
            return tuple(key.shape for key in keys)
        case _:
            return ()
