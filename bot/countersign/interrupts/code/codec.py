"""Answer shapes as JSON, to be stored with the approval that they belong to."""

from collections.abc import Mapping

from countersign.approvals.json import Json
from countersign.interrupts.code.shape import (
    UNKNOWN,
    AnswerShape,
    Boolean,
    Key,
    ListOf,
    Match,
    Number,
    Object,
    OneOf,
    Scalar,
    SourceLocation,
    Text,
    Tuple,
    Union,
    Unknown,
)

_MAX_DEPTH = 32


def shape_to_json(shape: AnswerShape) -> dict[str, Json]:
    """The inverse of `shape_from_json`: an object with `kind` and what that kind has."""
    known: dict[str, Json] = {"kind": _kind(shape)}
    match shape:
        case Number():
            known["integer"] = shape.integer
        case OneOf():
            known |= {
                "values": list(shape.values),
                "exhaustive": shape.exhaustive,
                "ignores_case": shape.ignores_case,
                "ignores_space": shape.ignores_space,
                "match": shape.match.value,
            }
        case Text():
            known |= {
                "optional": shape.optional,
                "remark": shape.remark,
                "json": shape.json,
                "decimal": shape.decimal,
            }
        case Tuple():
            known["items"] = [shape_to_json(item) for item in shape.items]
            known["sometimes"] = list(shape.sometimes)
        case ListOf():
            known["item"] = shape_to_json(shape.item)
        case Object():
            known |= {"keys": [_key_to_json(key) for key in shape.keys], "open": shape.open}
        case Union():
            known["alternatives"] = [shape_to_json(each) for each in shape.alternatives]
        case Unknown():
            known["unread"] = shape.unread
        case _:
            pass
    if shape.where is not None:
        known["where"] = {"file": shape.where.file, "line": shape.where.line}
    if shape.evidence:
        known["evidence"] = shape.evidence
    return known


def shape_from_json(value: Json) -> AnswerShape:
    """The stored shape. What this version cannot read becomes `Unknown`; never raises."""
    try:
        return _shape(value, _MAX_DEPTH)
    except (KeyError, TypeError, ValueError):
        return UNKNOWN


def _kind(shape: AnswerShape) -> str:
    return _KINDS[type(shape)]


def _key_to_json(key: Key) -> Json:
    return {
        "name": key.name,
        "shape": shape_to_json(key.shape),
        "required": key.required,
        "needed_with": [list(pair) for pair in key.needed_with],
        "needed_unless": [list(pair) for pair in key.needed_unless],
        "unread_with": [list(pair) for pair in key.unread_with],
        "needed_without": list(key.needed_without),
    }


def _shape(value: Json, depth: int) -> AnswerShape:
    if depth == 0:
        raise ValueError("nested too deeply")
    stored = _mapping(value)
    where = _where(stored.get("where"))
    evidence = stored.get("evidence", "")
    if not isinstance(evidence, str):
        raise TypeError("evidence")
    match stored["kind"]:
        case "boolean":
            return Boolean(where=where, evidence=evidence)
        case "number":
            return Number(_flag(stored["integer"]), where=where, evidence=evidence)
        case "one_of":
            return OneOf(
                tuple(_scalar(each) for each in _list(stored["values"])),
                exhaustive=_flag(stored["exhaustive"]),
                ignores_case=_flag(stored["ignores_case"]),
                ignores_space=_flag(stored["ignores_space"]),
                match=Match(str(stored["match"])),
                where=where,
                evidence=evidence,
            )
        case "text":
            remark = _flag(stored.get("remark", False))
            parsed = _flag(stored.get("json", False))
            decimal = _flag(stored.get("decimal", False))
            return Text(_flag(stored["optional"]), remark, parsed, decimal, where=where, evidence=evidence)
        case "tuple":
            items = tuple(_shape(each, depth - 1) for each in _list(stored["items"]))
            sometimes = tuple(_position(each, len(items)) for each in _list(stored.get("sometimes", [])))
            return Tuple(items, sometimes, where=where, evidence=evidence)
        case "list":
            return ListOf(_shape(stored["item"], depth - 1), where=where, evidence=evidence)
        case "object":
            keys = tuple(_key(each, depth - 1) for each in _list(stored["keys"]))
            return Object(keys, open=_flag(stored["open"]), where=where, evidence=evidence)
        case "union":
            several = tuple(_shape(each, depth - 1) for each in _list(stored["alternatives"]))
            return Union(several, where=where, evidence=evidence)
        case _:
            return Unknown(stored.get("unread") is True, where=where, evidence=evidence)


def _key(value: Json, depth: int) -> Key:
    stored = _mapping(value)
    return Key(
        name=_name(stored["name"]),
        shape=_shape(stored["shape"], depth),
        required=_flag(stored["required"]),
        needed_with=_pairs(stored["needed_with"]),
        needed_unless=_pairs(stored["needed_unless"]),
        unread_with=_pairs(stored.get("unread_with", [])),
        needed_without=tuple(_name(each) for each in _list(stored.get("needed_without", []))),
    )


def _pairs(value: Json) -> tuple[tuple[str, Scalar], ...]:
    pairs = [_list(pair) for pair in _list(value)]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("a key and its value are expected")
    return tuple((_name(key), _scalar(named)) for key, named in pairs)


def _where(value: Json) -> SourceLocation | None:
    if value is None:
        return None
    stored = _mapping(value)
    line = stored["line"]
    if not isinstance(line, int):
        raise TypeError("line")
    return SourceLocation(_name(stored["file"]), line)


def _mapping(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise TypeError("an object is expected")
    return value


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError("a list is expected")
    return value


def _flag(value: Json) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false is expected")
    return value


def _position(value: Json, length: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < length:
        raise TypeError("a position is expected")
    return value


def _name(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value


def _scalar(value: Json) -> Scalar:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError("a scalar is expected")


_KINDS: dict[type, str] = {
    Boolean: "boolean",
    Number: "number",
    OneOf: "one_of",
    Text: "text",
    Tuple: "tuple",
    ListOf: "list",
    Object: "object",
    Union: "union",
    Unknown: "unknown",
}
