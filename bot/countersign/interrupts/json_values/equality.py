"""Equality of JSON: 1 and 1.0 are equal, 1 and true are not, and the order of keys does not matter."""

import json

from countersign.approvals.json import Json


def json_equal(one: Json, other: Json) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(json_equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(json_equal(a, b) for a, b in zip(one, other, strict=True))
    return one == other


def json_key(value: Json) -> str:
    """The same text for equal values alone, so that many of them are compared in linear time."""
    return json.dumps(_with_one_spelling(value), sort_keys=True, separators=(",", ":"))


def _with_one_spelling(value: Json) -> Json:
    """A float without a fraction as an integer."""
    if isinstance(value, dict):
        return {key: _with_one_spelling(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_one_spelling(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
