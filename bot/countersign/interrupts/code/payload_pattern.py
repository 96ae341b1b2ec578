"""The pattern of a call's `interrupt` payload, read from its source, to find the call that asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from countersign.approvals.json import Json
from countersign.interrupts.code.evaluation.model.values import (
    Atom,
    Const,
    Instance,
    Items,
    Record,
    Template,
    Value,
    same_scalar,
)
from countersign.interrupts.code.shape import Scalar

_MAX_DEPTH = 6


@dataclass(frozen=True)
class AnyPattern:
    """The source does not show it."""


@dataclass(frozen=True)
class LiteralPattern:
    value: Scalar


@dataclass(frozen=True)
class TextPattern:
    """A text with these pieces in this order; None stands for any text between them."""

    pieces: tuple[str | None, ...]


@dataclass(frozen=True)
class ObjectPattern:
    """An object with these keys, and with others if it is `open`."""

    keys: tuple[tuple[str, "Pattern"], ...]
    open: bool


@dataclass(frozen=True)
class ListPattern:
    items: tuple["Pattern", ...]
    exact: bool


@dataclass(frozen=True)
class UnionPattern:
    patterns: tuple["Pattern", ...]


Pattern: TypeAlias = AnyPattern | LiteralPattern | TextPattern | ObjectPattern | ListPattern | UnionPattern


def pattern_of(value: Value, depth: int = 0) -> Pattern:
    """What is known of a payload."""
    if not value or depth > _MAX_DEPTH:
        return AnyPattern()
    patterns = tuple(dict.fromkeys(_pattern(atom, depth) for atom in value))
    return patterns[0] if len(patterns) == 1 else UnionPattern(patterns)


def words_of(value: Value, depth: int = 0) -> set[str]:
    """The texts in a payload, and the words in them, in small letters."""
    found: set[str] = set()
    for atom in value if depth <= _MAX_DEPTH else ():
        match atom:
            case Const(value=str() as text):
                found |= _words(text)
            case Template(parts=parts):
                found |= {word for part in parts if part is not None for word in _words(part)}
            case Record(entries=entries):
                found |= {word for item in entries.values() for word in words_of(item, depth + 1)}
            case Items(items=items):
                found |= {word for item in items for word in words_of(item, depth + 1)}
            case _:
                pass
    return found


def _words(text: str) -> set[str]:
    folded = text.casefold()
    return {folded, *re.findall(r"\w+", folded)}


def _pattern(atom: Atom, depth: int) -> Pattern:
    match atom:
        case Const(value=known):
            return LiteralPattern(known)
        case Template(parts=parts):
            return TextPattern(parts) if any(parts) else AnyPattern()
        case Record() | Instance():
            record = atom if isinstance(atom, Record) else atom.fields
            if isinstance(atom, Instance) and not record.entries:
                return AnyPattern()
            keys = tuple((name, pattern_of(item, depth + 1)) for name, item in record.entries.items())
            return ObjectPattern(keys, record.open or isinstance(atom, Instance))
        case Items(items=items, exact=exact):
            return ListPattern(tuple(pattern_of(item, depth + 1) for item in items), exact)
        case _:
            return AnyPattern()


def fits(pattern: Pattern, value: Json) -> int:
    """How much of the value the pattern accounts for: 0 where it cannot be what was asked."""
    match pattern:
        case AnyPattern():
            return 1
        case LiteralPattern(value=known):
            is_scalar = value is None or isinstance(value, bool | int | float | str)
            return 4 if is_scalar and same_scalar(known, value) else 0  # type: ignore[arg-type]
        case TextPattern(pieces=pieces):
            return 3 if isinstance(value, str) and _in_order(pieces, value) else 0
        case ObjectPattern():
            return _fits_object(pattern, value)
        case ListPattern():
            return _fits_list(pattern, value)
        case UnionPattern(patterns=patterns):
            return max(fits(each, value) for each in patterns)


def _in_order(pieces: tuple[str | None, ...], text: str) -> bool:
    place = 0
    anywhere = False
    for number, piece in enumerate(pieces):
        if piece is None:
            anywhere = True
            continue
        last = number == len(pieces) - 1
        found = text.rfind(piece) if last and anywhere else text.find(piece, place)
        if found < place or (not anywhere and found != place):
            return False
        place, anywhere = found + len(piece), False
    return anywhere or place == len(text)


def _fits_object(pattern: ObjectPattern, value: Json) -> int:
    if not isinstance(value, Mapping):
        return 0
    known = dict(pattern.keys)
    if not known.keys() <= value.keys() or (not pattern.open and value.keys() - known.keys()):
        return 0
    inner = [fits(each, value[name]) for name, each in pattern.keys]
    if not all(inner):
        return 0
    exact = any(isinstance(each, LiteralPattern) for each in known.values())
    return (2 if pattern.open else 3) + exact


def _fits_list(pattern: ListPattern, value: Json) -> int:
    if not isinstance(value, list):
        return 0
    if not pattern.exact:
        return 2
    if len(pattern.items) != len(value):
        return 0
    return 3 if all(fits(each, item) for each, item in zip(pattern.items, value, strict=True)) else 0
