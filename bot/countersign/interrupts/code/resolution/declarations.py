"""Combines a type annotation with the evidence from the code."""

from dataclasses import replace

from countersign.interrupts.code.evaluation.model.values import same_scalar
from countersign.interrupts.code.shape import (
    UNKNOWN,
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


def narrowed(written: AnswerShape, used: AnswerShape) -> AnswerShape | None:
    """The shape that agrees with both; None where they disagree, so that nothing is certain."""
    if isinstance(used, Unknown):
        return None if used.conflicting else written
    match written, used:
        case Unknown(), _:
            return used
        case Object(), Object():
            return _object(written, used)
        case Text(), OneOf() | Text() | Union():
            return used
        case OneOf(), OneOf():
            extra = any(not any(same_scalar(v, w) for w in written.values) for v in used.values)
            return None if extra else written
        case (OneOf(), Text()) | (Tuple(), ListOf()):
            return written
        case (Boolean(), Boolean()) | (Boolean(), Text()) | (Number(), Text() | Boolean()):
            return written  # a value that is formatted into a text, or a number that is tested for zero
        case Number(), Number():
            return replace(used, integer=written.integer or used.integer)
        case Tuple(), Tuple():
            return _tuple(written, used)
        case (Number() | Boolean(), OneOf()) | (ListOf(), Tuple() | ListOf()):
            return None if isinstance(written, Boolean) and not _are_booleans(used) else used
        case Union(), _:
            agreeing = [each for each in written.alternatives if narrowed(each, used) is not None]
            return narrowed(agreeing[0], used) if len(agreeing) == 1 else written if agreeing else None
        case _:
            return None


def _are_booleans(used: AnswerShape) -> bool:
    return isinstance(used, OneOf) and all(isinstance(value, bool) for value in used.values)


def _tuple(written: Tuple, used: Tuple) -> Tuple | None:
    """All the declared items, those that are read as they are read."""
    if len(used.items) > len(written.items):
        return None
    unread = written.items[len(used.items) :]
    read = [narrowed(each, item) or UNKNOWN for each, item in zip(written.items, used.items, strict=False)]
    return replace(used, items=(*read, *unread))


def _object(written: Object, used: Object) -> Object:
    """The declared fields, and those that are read, as they are read where they are."""
    names = dict.fromkeys([*(key.name for key in written.keys), *(key.name for key in used.keys)])
    keys = []
    for name in names:
        declared, read = written.key(name), used.key(name)
        if read is None:
            assert declared is not None
            keys.append(declared)
        elif declared is None:
            keys.append(read)
        else:
            shape = narrowed(declared.shape, read.shape) or UNKNOWN
            keys.append(Key(name, shape, read.required, read.needed_with, read.needed_unless))
    return Object(tuple(keys), open=used.open and not written.keys, where=used.where, evidence=used.evidence)
