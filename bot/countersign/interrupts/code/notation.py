"""A shape in one line, for `graphs --answers`, the inspector and tests."""

import json

from countersign.interrupts.code.shape import (
    AnswerShape,
    Boolean,
    Key,
    ListOf,
    Match,
    Number,
    Object,
    OneOf,
    Scalar,
    Text,
    Tuple,
    Union,
    Unknown,
)

_MATCHES = {Match.EQUAL: "", Match.PREFIX: "begins with ", Match.CONTAINS: "contains "}


def notation(shape: AnswerShape) -> str:
    """`{action: "approve" | "reject" | …, comment?: text}`.

    `…` after values stands for anything else; `?` for a key that may be missing.
    """
    match shape:
        case Boolean():
            return "true | false"
        case Number():
            return "whole number" if shape.integer else "number"
        case OneOf():
            return _one_of(shape)
        case Text():
            kind = "JSON text" if shape.json else "decimal text" if shape.decimal else "text"
            return kind + ("?" if shape.optional else "")
        case Tuple():
            items = [
                f"({notation(item)})?" if place in shape.sometimes else notation(item)
                for place, item in enumerate(shape.items)
            ]
            return f"[{', '.join(items)}]"
        case ListOf():
            return f"[{notation(shape.item)}, …]"
        case Object():
            inner = [_key(key) for key in shape.keys]
            return f"{{{', '.join([*inner, '…'] if shape.open else inner)}}}"
        case Union():
            return " or ".join(notation(each) for each in shape.alternatives)
        case Unknown(unread=True):
            return "not used"
        case _:
            return "unknown"


def _one_of(shape: OneOf) -> str:
    values = " | ".join([*(_scalar(value) for value in shape.values), *([] if shape.exhaustive else ["…"])])
    loose = [word for word, said in (("case", shape.ignores_case), ("space", shape.ignores_space)) if said]
    ignored = f" (any {' and '.join(loose)})" if loose else ""
    return _MATCHES[shape.match] + values + ignored


def _key(key: Key) -> str:
    conditions = [f"with {name} {_scalar(value)}" for name, value in key.needed_with]
    conditions += [f"unless {name} {_scalar(value)}" for name, value in key.needed_unless]
    conditions += [f"without {name}" for name in key.needed_without]
    suffix = f" ({', '.join(conditions)})" if conditions else ""
    return f"{key.name}{'' if key.required else '?'}{suffix}: {notation(key.shape)}"


def _scalar(value: Scalar) -> str:
    return json.dumps(value, ensure_ascii=False)
