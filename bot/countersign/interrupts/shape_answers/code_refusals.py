"""Errors for parts of an answer that the graph's code cannot use, by pointer."""

from collections.abc import Iterable, Mapping

from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.code import (
    AnswerShape,
    ListOf,
    Object,
    OneOf,
    Text,
    Tuple,
    Union,
    Unknown,
)
from countersign.interrupts.json_values import pointer
from countersign.interrupts.shape_answers.compatibility import has_value, is_json, is_needed
from countersign.interrupts.shape_answers.shape_schema import shape_schema
from countersign.interrupts.shape_answers.vocabulary import matches
from countersign.interrupts.validation.formats import DECIMAL_FORMAT
from countersign.interrupts.validation.messages import FITS_NONE, NO_JSON, REQUIRED
from countersign.interrupts.validation.schema import compile_schema


def code_refusals(shape: AnswerShape, answer: Json) -> dict[str, str]:
    """Texts for a person by the pointer of the place they are about; empty if the code can use the answer.

    A value that leads to an `else` is used, and so is a key that the code does not read. An empty text is
    still a text: whether it may be left empty is for the form to say.
    """
    match shape:
        case Unknown() | OneOf(exhaustive=False):
            return {}
        case OneOf(values=values):
            return {} if matches(shape, answer) else _judge({"enum": list(values)}, answer)
        case Text(optional=True) if answer is None or answer == "":
            return {}
        case Text(json=True) if isinstance(answer, str):
            return {} if is_json(answer) else {pointer.ROOT: _(NO_JSON)}
        case Text():
            exact: dict[str, Json] = {"format": DECIMAL_FORMAT} if shape.decimal else {}
            return _judge({"type": "string", **exact}, answer)
        case Tuple(items=items):
            size = len(items)
            errors = _judge({"type": "array", "minItems": size, "maxItems": size}, answer)
            return errors or _of_parts(enumerate(items), answer, skipped=shape.sometimes)
        case ListOf(item=item):
            errors = _judge({"type": "array"}, answer)
            size = len(answer) if isinstance(answer, list) else 0
            return errors or _of_parts(((at, item) for at in range(size)), answer)
        case Object():
            return _of_object(shape, answer)
        case Union(alternatives=alternatives):
            return _of_union(alternatives, answer)
        case _:
            return _judge(shape_schema(shape), answer)


def _judge(schema: Json, answer: Json) -> dict[str, str]:
    return compile_schema(schema).errors(answer)


def _of_parts(
    parts: Iterable[tuple[int, AnswerShape]], answer: Json, *, skipped: tuple[int, ...] = ()
) -> dict[str, str]:
    assert isinstance(answer, list)
    found: dict[str, str] = {}
    for at, item in parts:
        if at not in skipped:
            found |= _inside(at, code_refusals(item, answer[at]))
    return found


def _of_object(shape: Object, answer: Json) -> dict[str, str]:
    if not isinstance(answer, dict):
        return _judge({"type": "object"}, answer)
    found: dict[str, str] = {}
    for key in shape.keys:
        if key.name in answer:
            unread = any(has_value(answer, name, value) for name, value in key.unread_with)
            if not unread or is_needed(key, answer):
                found |= _inside(key.name, code_refusals(key.shape, answer[key.name]))
        elif is_needed(key, answer):
            found[pointer.join((key.name,))] = _(REQUIRED)
    return found


def _of_union(alternatives: Iterable[AnswerShape], answer: Json) -> dict[str, str]:
    """What is wrong in the only alternative of the right type, if there is one."""
    meant = []
    for each in alternatives:
        errors = code_refusals(each, answer)
        if not errors:
            return {}
        if pointer.ROOT not in errors:
            meant.append(errors)
    if len(meant) == 1:
        return meant[0]
    return {pointer.ROOT: _(FITS_NONE)}


def _inside(step: str | int, errors: Mapping[str, str]) -> dict[str, str]:
    return {pointer.join((step, *pointer.split(place))): text for place, text in errors.items()}
