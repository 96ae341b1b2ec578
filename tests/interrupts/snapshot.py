"""Snapshots: what a parser makes of many inputs, as a text that a reviewer reads in the diff.

A test asserts that its text is that of `snapshots/<name>.txt`. After a change that is meant,
`UPDATE_SNAPSHOTS=1` writes the files anew; the diff of them is part of the review.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from countersign.interrupts.json_values.unset import UNSET
from countersign.interrupts.validation.schema import Schema

_MANY = 12  # items of a list that are all shown
FOLDER = Path(__file__).parent / "snapshots"


def snapshot(name: str, text: str) -> str:
    """What the file of this name has; the given text, once snapshots are updated."""
    file = FOLDER / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return file.read_text(encoding="utf-8")


def described(value: object) -> str:
    """A value on one line: of an object its type and the fields that are not as the class has them."""
    if value is UNSET:
        return "UNSET"
    if isinstance(value, Schema):
        return f"Schema(usable={value.usable}, large={value.large})"
    if isinstance(value, Enum):
        return str(value.value)
    if is_dataclass(value):
        said = ", ".join(f"{name}={described(each)}" for name, each in _stated(value))
        return f"{type(value).__name__}({said})"
    if isinstance(value, Mapping):
        pairs = [f"{described(key)}: {described(each)}" for key, each in value.items()]
        return "{" + ", ".join(some(pairs)) + "}"
    if isinstance(value, frozenset | set):
        return "{" + ", ".join(sorted(map(described, value))) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(some([described(each) for each in value])) + "]"
    return _shortened(repr(value))


def outline(value: object, indent: str = "") -> Iterator[str]:
    """A value on several lines: an object's fields on a line each, and what is in lists of objects too."""
    if not is_dataclass(value):
        yield f"{indent}{described(value)}"
        return
    for name, each in _stated(value):
        inner: list[Any] = []
        if isinstance(each, Mapping):
            inner = list(each.items())
        elif isinstance(each, tuple) and len(each) <= _MANY:
            inner = list(each)
        if len(described(each)) <= 100 or not inner:
            if is_dataclass(each) and not isinstance(each, Schema):
                yield f"{indent}{name}:"
                yield from outline(each, indent + "  ")
            else:
                yield f"{indent}{name}: {described(each)}"
            continue
        for at, item in enumerate(inner):
            key, held = item if isinstance(each, Mapping) else (at, item)
            if len(described(held)) <= 100 or not is_dataclass(held):
                yield f"{indent}{name} {described(key)}: {described(held)}"
                continue
            yield f"{indent}{name} {described(key)}:"
            yield from outline(held, indent + "  ")


def _stated(value: Any) -> list[tuple[str, Any]]:
    """The fields that are not as the class has them."""
    return [
        (each.name, held)
        for each in fields(value)
        if not _is(held := getattr(value, each.name), _default(each))
    ]


def _default(field: Field[Any]) -> object:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING


def _is(held: object, usual: object) -> bool:
    return held is usual or (type(held) is type(usual) and held == usual)


def some(items: list[str]) -> list[str]:
    """The first and the last ones, with how many there are."""
    return items if len(items) <= _MANY else [*items[:3], "…", *items[-2:], f"{len(items)} in all"]


def _shortened(text: str) -> str:
    """With its length, so that a limit is seen in it."""
    return text if len(text) <= 200 else f"{text[:90]}…{text[-90:]} ({len(text)} characters)"
