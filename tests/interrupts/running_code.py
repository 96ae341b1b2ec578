"""Reads an answer as code with this shape does: what the product promises of answers is judged by this."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from countersign.approvals.json import Json
from countersign.interrupts.code import (
    AnswerShape,
    Boolean,
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


class CodeFailed(Exception):
    """Such as a KeyError, a TypeError, or the code's own refusal."""


def run_code(shape: AnswerShape, answer: Any) -> None:
    """Raises CodeFailed where the code would fail, or would take the answer for what it is not."""
    match shape:
        case Unknown() | OneOf(exhaustive=False):
            return
        case Boolean():
            _check(isinstance(answer, bool), answer)
        case Number(integer=integer):
            _check(isinstance(answer, int | float) and not isinstance(answer, bool), answer)
            _check(not integer or answer == int(answer), answer)
        case Text(optional=True) if answer in ("", None):
            return
        case Text():
            _check(isinstance(answer, str), answer)
            _check(not shape.json or _is_json(answer), answer)
            _check(not shape.decimal or _is_number(answer), answer)
        case OneOf(values=values):
            _check(any(_equal(shape, value, answer) for value in values), answer)
        case Tuple() | ListOf():
            _check(isinstance(answer, list), answer)
            _run_with_items(shape, answer)
        case Object():
            _check(isinstance(answer, dict), answer)
            _run_with_keys(shape, answer)
        case Union(alternatives=alternatives):
            _check(any(_runs(each, answer) for each in alternatives), answer)


def _run_with_items(shape: Tuple | ListOf, answer: list[Json]) -> None:
    if isinstance(shape, Tuple):
        _check(len(answer) == len(shape.items), answer)
    for at, each in enumerate(answer):
        if isinstance(shape, ListOf):
            run_code(shape.item, each)
        elif at not in shape.sometimes:
            run_code(shape.items[at], each)


def _run_with_keys(shape: Object, answer: dict[str, Json]) -> None:
    for key in shape.keys:
        without_default = (
            key.required
            or any(_is(answer, pair) for pair in key.needed_with)
            or (key.needed_without and not any(name in answer for name in key.needed_without))
            or (key.needed_unless and not any(_is(answer, pair) for pair in key.needed_unless))
        )
        unread = any(_is(answer, pair) for pair in key.unread_with) and not without_default
        _check(not without_default or key.name in answer, answer)
        if key.name in answer and not unread:
            run_code(key.shape, answer[key.name])


def _is(answer: dict[str, Json], pair: tuple[str, Scalar]) -> bool:
    name, value = pair
    return name in answer and type(answer[name]) is type(value) and answer[name] == value


def _equal(shape: OneOf, value: Scalar, answer: Any) -> bool:
    if not isinstance(value, str) or not isinstance(answer, str):
        return type(value) is type(answer) and value == answer
    if shape.ignores_case:
        value, answer = value.casefold(), answer.casefold()
    if shape.ignores_space:
        value, answer = value.strip(), answer.strip()
    match shape.match:
        case Match.PREFIX:
            return bool(answer.startswith(value))
        case Match.CONTAINS:
            return value in answer
        case _:
            return bool(value == answer)


def _runs(shape: AnswerShape, answer: Any) -> bool:
    try:
        run_code(shape, answer)
    except CodeFailed:
        return False
    return True


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _check(holds: Any, answer: Any) -> None:
    if not holds:
        raise CodeFailed(repr(answer))
