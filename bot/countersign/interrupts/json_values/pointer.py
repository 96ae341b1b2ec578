"""JSON Pointers (RFC 6901): how a form's fields and a validator's errors name places in a value.

One departure, which the outside interface asks for: the whole value is named `/` where the RFC says the
empty string, because a block id cannot be empty. So a key that is the empty string has no pointer of its own
at the top level, and forms over such an object are one JSON field.
"""

from collections.abc import Iterable

from countersign.approvals.json import Json
from countersign.interrupts.json_values.unset import UNSET, JsonOrUnset

ROOT = "/"
MESSAGE = "/message"  # the free text of reject and respond
KIND = "/as"  # what kind of answer the text at the root is, in a form that takes any


def join(tokens: Iterable[str | int]) -> str:
    """The pointer of a path; the empty path is the whole value."""
    path = "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)
    return path or ROOT


def split(pointer: str) -> tuple[str, ...]:
    if pointer in {"", ROOT}:
        return ()
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))


def find(value: Json, pointer: str) -> JsonOrUnset:
    """The value at the pointer, through objects only: no field of a form lies inside a list."""
    for token in split(pointer):
        if not isinstance(value, dict) or token not in value:
            return UNSET
        value = value[token]
    return value


def put(value: Json, pointer: str, new: JsonOrUnset) -> Json:
    """A copy with `new` at the pointer, its parents made where they lack; `UNSET` removes the key."""
    if new is UNSET and find(value, pointer) is UNSET:
        return value
    return _put(value, split(pointer), new)


def _put(value: Json, path: tuple[str, ...], new: JsonOrUnset) -> Json:
    if not path:
        return None if new is UNSET else new
    copy = dict(value) if isinstance(value, dict) else {}
    if len(path) > 1 or new is not UNSET:
        copy[path[0]] = _put(copy.get(path[0]), path[1:], new)
    else:
        del copy[path[0]]
    return copy
