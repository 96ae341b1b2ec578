"""Kinds of answers that the code refuses: every one of them raises, or is asked for again."""

from collections.abc import Sequence
from dataclasses import replace

from countersign.interrupts.code.evaluation.model.slots import Check, Condition, Evidence, Kind, Slot, Use
from countersign.interrupts.code.evaluation.model.values import same_scalar
from countersign.interrupts.code.resolution.evidence import uses
from countersign.interrupts.code.shape import (
    AnswerShape,
    Boolean,
    ListOf,
    Number,
    Object,
    OneOf,
    Scalar,
    Text,
    Tuple,
)


def without_refused(slot: Slot, found: list[AnswerShape]) -> list[AnswerShape]:
    """Of several alternatives, those that the code takes; of true and false the one that it takes.

    A single shape stays: what raises at any no, such as `if not answer: raise`, means it so.
    """
    if len(found) < 2:
        return found
    refusals = [_conditions_since_question(slot, each) for each in uses(slot.evidence, Use.REFUSED)]
    kept = [left for each in found if (left := _left(slot, refusals, each)) is not None]
    return kept or found


def _conditions_since_question(slot: Slot, refusal: Evidence) -> list[Condition]:
    return [c for c in refusal.conditions if c not in slot.root.asked_under]


def _left(slot: Slot, refusals: Sequence[Sequence[Condition]], shape: AnswerShape) -> AnswerShape | None:
    """The shape without what is refused of it; None if all of it is."""
    match shape:
        case Boolean():
            taken = [value for value in (True, False) if not _refused(slot, refusals, value)]
            if len(taken) == 2:
                return shape
            one = OneOf(tuple(taken), exhaustive=True, where=shape.where, evidence=shape.evidence)
            return one if taken else None
        case Text():
            return None if _refused(slot, refusals, Kind.TEXT) else shape
        case Number():
            refused = _refused(slot, refusals, Kind.INTEGER) and (
                shape.integer or _refused(slot, refusals, Kind.NUMBER)
            )
            if not refused and not shape.integer and _refused(slot, refusals, Kind.NUMBER):
                return replace(shape, integer=True)
            return None if refused else shape
        case Object():
            return None if _refused(slot, refusals, Kind.OBJECT) else shape
        case Tuple() | ListOf():
            return None if _refused(slot, refusals, Kind.LIST) else shape
        case _:
            return shape


def _refused(slot: Slot, refusals: Sequence[Sequence[Condition]], answer: bool | Kind) -> bool:
    """Whether this answer, or every one of this kind, comes to a line that refuses it."""
    return any(refusal and all(_holds(slot, c, answer) for c in refusal) for refusal in refusals)


def _holds(slot: Slot, condition: Condition, answer: bool | Kind) -> bool:
    """Whether the condition holds for certain."""
    if not slot.is_same(condition.slot):
        return False
    match condition.check:
        case Check.IS:
            return _is_kind(condition, answer)
        case Check.TRUE:
            return isinstance(answer, bool) and answer is condition.positive
        case Check.EQUALS if isinstance(answer, bool):
            return any(same_scalar(answer, value) for value in condition.values) is condition.positive
        case Check.EQUALS:
            return not condition.positive and not any(_may_be(value, answer) for value in condition.values)
        case _:
            return False


def _is_kind(condition: Condition, answer: bool | Kind) -> bool:
    if not isinstance(answer, bool):
        return (answer.value in condition.values) is condition.positive
    if condition.positive:
        return bool({Kind.BOOLEAN.value, Kind.INTEGER.value} & set(condition.values))
    return not {Kind.BOOLEAN.value, Kind.INTEGER.value, Kind.NUMBER.value} & set(condition.values)


def _may_be(value: Scalar, kind: Kind | bool) -> bool:
    match value:
        case bool():
            return kind is Kind.BOOLEAN
        case int() | float():
            return kind in {Kind.INTEGER, Kind.NUMBER}
        case str():
            return kind is Kind.TEXT
        case None:
            return kind is Kind.NONE
