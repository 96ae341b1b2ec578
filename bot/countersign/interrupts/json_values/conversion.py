"""Converts any Python value to JSON for display: an interrupt's value need not be JSON."""

import base64
import dataclasses
import json
import math
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from countersign.approvals.json import Json

MAX_DEPTH = 64  # levels; what lies deeper is shown as text, whole
MAX_INTEGER = 10_000  # bits; Python writes no longer ones in decimal
MAX_TEXT_LENGTH = 1_000_000  # pieces of what lies deeper: only a circle down there is longer
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")  # differs in every process


def to_json(value: object) -> Json:
    """The value as JSON with string keys, finite numbers, UTF-8 text and at most 64 levels. Never raises.

    JSON comes back equal to what it was. Models, dataclasses and messages become objects, sets and tuples
    lists, dates ISO 8601, decimals and ids their text, bytes base64 behind `base64:`, NaN and the infinities
    their names, a reference that goes in a circle the text `(circular reference)`, and anything else its
    `repr`.
    """
    return _json(value, ())


def _json(value: object, around: tuple[int, ...]) -> Json:
    if value is None or isinstance(value, bool):
        return value
    if type(value) is str and value.isascii():  # most of what there is
        return value
    if isinstance(value, str | int | float) and not isinstance(value, Enum):
        return _scalar(value)
    if id(value) in around:
        return "(circular reference)"
    if len(around) >= MAX_DEPTH:
        return _flat(value)
    try:
        if type(value) is dict:  # before the questions that other types are asked
            return _object(value, (*around, id(value)))
        return _composite(value, (*around, id(value)))
    except RecursionError:
        return "(too deep to show)"
    except Exception as error:  # noqa: BLE001  # foreign code: a broken property or repr must still show
        return f"({type(value).__name__} that cannot be shown: {type(error).__name__})"


def _scalar(value: str | float) -> Json:
    """Subclasses become what they are a kind of."""
    if isinstance(value, str):
        return _text(str.__str__(value))
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else float.__repr__(value)
    return int(value) if value.bit_length() <= MAX_INTEGER else hex(value)


def _composite(value: object, around: tuple[int, ...]) -> Json:
    value = _opened(value)
    match value:
        case Mapping():
            return _object(value, around)
        case list() | tuple():
            return [_json(item, around) for item in value]
        case AbstractSet():
            # A set has no order of its own, and its digest must be the same in every process.
            return sorted((_json(item, around) for item in value), key=_sorted_json)
        case bytes() | bytearray() | memoryview():
            return "base64:" + base64.b64encode(value).decode("ascii")
        case None | bool() | int() | float() | str():
            return _json(value, around)
        case _:
            return _text(_named(value))


def _opened(value: object) -> object:
    """Things with named fields as a dict of them, one level deep; enum members as their value."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in _names(value)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return value


def _sorted_json(value: Json) -> str:
    return json.dumps(value, sort_keys=True)


def _named(value: object) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):  # str() of two hours reads like two o'clock
        return str(to_jsonable_python(value))  # ISO 8601, as pydantic writes and reads it
    if isinstance(value, Decimal | UUID | PurePath):
        return str(value)
    return _ADDRESS.sub("", repr(value))


def _names(model: BaseModel) -> Iterable[str]:
    yield from type(model).model_fields
    yield from type(model).model_computed_fields
    yield from model.model_extra or ()


def _object(value: Mapping[object, object], around: tuple[int, ...]) -> Json:
    """Two keys that have the same text, such as 1 and "1", both stay: the later one says its type."""
    shown: dict[str, Json] = {}
    for key, item in value.items():
        plain = _json(key, around)
        name = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
        while name in shown:
            name = f"{name} ({type(key).__name__})"
        shown[name] = _json(item, around)
    return shown


def _text(text: str) -> str:
    """Half a surrogate pair is no Unicode text and nothing stores it: it is spelled out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _flat(value: object) -> str:
    """Something like JSON on one line, written without recursion, however deep the value is."""
    out: list[str] = []
    todo: list[tuple[str, object]] = [("value", value)]
    while todo and len(out) < MAX_TEXT_LENGTH:
        what, item = todo.pop()
        item = _opened(item)
        if what == "text":
            out.append(str(item))
        elif isinstance(item, Mapping):
            todo.append(("text", "}"))
            for key, inner in reversed(list(item.items())):
                todo += [("text", ", "), ("value", inner), ("text", f"{key!s}: ")]
            todo.append(("text", "{"))
        elif isinstance(item, list | tuple):
            todo.append(("text", "]"))
            for inner in reversed(item):
                todo += [("text", ", "), ("value", inner)]
            todo.append(("text", "["))
        else:
            out.append(str(_json(item, ())))
    return _text("".join(out))
