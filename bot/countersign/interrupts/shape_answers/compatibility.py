"""Whether a graph's code takes an answer, as far as its shape says."""

import json

from countersign.approvals.json import Json
from countersign.interrupts.code import (
    AnswerShape,
    Boolean,
    Key,
    ListOf,
    Number,
    Object,
    OneOf,
    Text,
    Tuple,
    Union,
    Unknown,
)
from countersign.interrupts.shape_answers.vocabulary import matches
from countersign.interrupts.validation.formats import is_decimal


def takes(shape: AnswerShape, value: Json) -> bool:
    """True if the code reads the value as one that it knows. A value that leads to an `else` is none."""
    match shape:
        case Unknown():
            return True
        case Boolean():
            return isinstance(value, bool)
        case Number():
            numeric = isinstance(value, int) or (isinstance(value, float) and not shape.integer)
            return numeric and not isinstance(value, bool)
        case Text():
            if shape.json and value:
                return isinstance(value, str) and is_json(value)
            if shape.decimal and value:
                return isinstance(value, str) and is_decimal(value)
            return isinstance(value, str) and (shape.optional or bool(value))
        case OneOf():
            return matches(shape, value)
        case Tuple():
            return (
                isinstance(value, list)
                and len(value) == len(shape.items)
                and all(
                    (each is None and place in shape.sometimes) or takes(item, each)
                    for place, (item, each) in enumerate(zip(shape.items, value, strict=True))
                )
            )
        case ListOf():
            return isinstance(value, list) and all(takes(shape.item, each) for each in value)
        case Object():
            return isinstance(value, dict) and _takes_object(shape, value)
        case Union():
            return any(takes(each, value) for each in shape.alternatives)


def is_json(text: str) -> bool:
    """Whether `json.loads` takes the text."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def is_needed(key: Key, value: dict[str, Json]) -> bool:
    """Whether the code reads this key without a default in an object with these values."""
    if key.required:
        return True
    if any(has_value(value, name, wanted) for name, wanted in key.needed_with):
        return True
    if key.needed_without and not any(name in value for name in key.needed_without):
        return True
    return bool(key.needed_unless) and not any(has_value(value, name, no) for name, no in key.needed_unless)


def _takes_object(shape: Object, value: dict[str, Json]) -> bool:
    known = [key for key in shape.keys if key.name in value]
    if any(is_needed(key, value) and key not in known for key in shape.keys):
        return False
    return all(takes(key.shape, value[key.name]) for key in known) and (bool(known) or not shape.keys)


def has_value(value: dict[str, Json], name: str, wanted: object) -> bool:
    """Whether the object has this value there, of the same type."""
    return name in value and type(value[name]) is type(wanted) and value[name] == wanted
