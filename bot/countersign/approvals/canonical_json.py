"""Canonical JSON: one spelling for equal values, so that their hashes are equal too (RFC 8785)."""

import json
from functools import lru_cache

import rfc8785

from countersign.approvals.json import Json

_EXACT = 2**53
_SHORT = 20_000  # characters of a text whose form is remembered
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical_json(value: Json) -> bytes:
    """The RFC 8785 form of a value, as UTF-8.

    Two rules where RFC 8785 has no answer, since it knows doubles alone: an integer beyond 2**53 that a
    double holds exactly is written as that double (so that a database that turns 1e22 into
    10000000000000000000000 does not change it); if any other number or a lone surrogate is in the value, it
    is written as ASCII JSON with sorted keys and exact integers, behind the word `exact`, with which no
    RFC 8785 text begins.
    """
    plain = _plain(value)
    if plain is not None:
        return plain
    # The same values come again and again: a question before its card and its resume, a tool's schema.
    text = json.dumps(value)
    return _remembered(text) if len(text) <= _SHORT else _written(value)


def _plain(value: Json) -> bytes | None:
    """The same by Python's own encoder, a tenth of the time, of a value that both spell alike."""
    if not _is_spelt_alike(value):
        return None
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeError:  # half of a surrogate pair
        return None


def _is_spelt_alike(value: object) -> bool:
    """Floats are spelt otherwise, and keys beyond ASCII may be sorted otherwise."""
    if isinstance(value, str) or value is None or value is True or value is False:
        return True
    if isinstance(value, dict):
        return all(type(key) is str and key.isascii() for key in value) and all(
            map(_is_spelt_alike, value.values())
        )
    if isinstance(value, list | tuple):
        return all(map(_is_spelt_alike, value))
    return type(value) is int and -_EXACT < value < _EXACT


@lru_cache(maxsize=128)
def _remembered(text: str) -> bytes:
    return _written(json.loads(text))


def _written(value: Json) -> bytes:
    try:
        return rfc8785.dumps(_as_doubles(value))
    except (rfc8785.CanonicalizationError, UnicodeError):
        exact = json.dumps(_as_integers(value), sort_keys=True, separators=(",", ":"))
        return b"exact " + exact.encode("ascii")


def _as_doubles(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _as_doubles(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_doubles(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _EXACT:
        try:
            return float(value) if int(float(value)) == value else value
        except OverflowError:
            return value
    return value


def _as_integers(value: Json) -> Json:
    """Numbers that are equal get one spelling: a float without a fraction is written as an integer."""
    if isinstance(value, dict):
        return {key: _as_integers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_integers(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
