"""Selects among the shapes that the evidence suggests, and checks whether the code discriminates them."""

from countersign.interrupts.code.evaluation.model.slots import Check, Comparison, Evidence, Kind, Slot, Use
from countersign.interrupts.code.resolution.booleans import is_only_tested_for_truth
from countersign.interrupts.code.resolution.evidence import compared_values, kinds_tested, uses
from countersign.interrupts.code.resolution.numbers import is_only_stripped_to_convert
from countersign.interrupts.code.shape import AnswerShape, Boolean, ListOf, Number, Object, OneOf, Text, Tuple


def without_guards(found: list[AnswerShape], slot: Slot) -> list[AnswerShape]:
    """A truth test beside something stronger only asks whether there is an answer at all."""
    if len(found) == 1 or not isinstance(found[-1], Boolean):
        return found
    evidence = slot.evidence
    literal = any(isinstance(value, bool) for value in compared_values(evidence))
    default = any(isinstance(each.detail, bool) for each in uses(evidence, Use.DEFAULT))
    apart = any(
        is_of_another_kind(slot, each) or _is_left_by_a_text(slot, each) for each in uses(evidence, Use.TRUTH)
    )
    if literal or default or apart or kinds_tested(evidence, Kind.BOOLEAN):
        return found
    if all(isinstance(each, OneOf) for each in found[:-1]) and not _only_guards(slot):
        return found
    return found[:-1]


def without_empty(found: list[AnswerShape], slot: Slot) -> list[AnswerShape]:
    """Whether a number was given at all, and how its digits were written, says nothing more of it."""
    if not any(isinstance(each, Number) for each in found):
        return found
    empty = [each for each in found if isinstance(each, OneOf) and set(each.values) == {""}]
    stripped = [each for each in found if isinstance(each, Text)] if is_only_stripped_to_convert(slot) else []
    return [each for each in found if each not in empty and each not in stripped]


def is_of_another_kind(slot: Slot, evidence: Evidence) -> bool:
    """It is done where the answer is known to be no object or list."""
    return _is_known_to_lack_kinds(slot, evidence, Check.IS, Kind.OBJECT, Kind.LIST)


def _is_left_by_a_text(slot: Slot, evidence: Evidence) -> bool:
    """It is done where the answer is known to be no text, or an empty one."""
    return _is_known_to_lack_kinds(slot, evidence, Check.IS, Kind.TEXT) or _is_known_to_lack_kinds(
        slot, evidence, Check.IS_FILLED, *Kind
    )


def _is_known_to_lack_kinds(slot: Slot, evidence: Evidence, check: Check, *kinds: Kind) -> bool:
    named = {kind.value for kind in kinds}
    return any(
        slot.is_same(c.slot) and c.check is check and not c.positive and named & set(c.values)
        for c in evidence.conditions
    )


def _only_guards(slot: Slot) -> bool:
    """Every comparison stands where the truth was tested already, so the test only lets nothing through."""
    tests = uses(slot.evidence, Use.TRUTH)
    negated = any(c.check is Check.EQUALS and not c.positive for each in tests for c in each.conditions)
    compared = uses(slot.evidence, Use.COMPARED)
    guarded = all(
        any(slot.is_same(c.slot) and c.check is Check.TRUE and c.positive for c in each.conditions)
        for each in compared
    )
    return guarded and not negated


def holds_elsewhere(found: list[AnswerShape], slot: Slot) -> bool:
    """Whether the shape holds although the answer also goes where it is not followed."""
    evidence = slot.evidence
    escaped, carried = uses(evidence, Use.ESCAPED), uses(evidence, Use.CARRIED)
    only_truth = all(isinstance(each, Boolean) for each in found) and is_only_tested_for_truth(slot)
    stored = uses(evidence, Use.STORED, Use.KEPT) if only_truth else []
    kept = [each for each in stored if _is_known_to_be_there(slot, each)]
    if not escaped and not carried and not kept:
        return True
    if kinds_tested(evidence, *(kind for kind in Kind if kind is not Kind.NONE)):
        return True
    if all(isinstance(each, Object | Tuple | ListOf | Number) for each in found):
        return True
    if all(isinstance(each, Text) for each in found):
        return not escaped or bool(uses(evidence, Use.TEXT, Use.DEFAULT))
    if any(isinstance(each, Boolean) for each in found):
        # Where it is known to be there, it is more than a yes that is handed on.
        return not escaped and not kept and not any(_is_known_to_be_there(slot, each) for each in carried)
    # One of the values that are compared is as good there as anywhere; what is none of them is not known.
    gone = [*escaped, *carried]
    return not any(c.check is Check.EQUALS and not c.positive for each in gone for c in each.conditions)


def _is_known_to_be_there(slot: Slot, evidence: Evidence) -> bool:
    return any(slot.is_same(c.slot) and c.check is Check.TRUE and c.positive for c in evidence.conditions)


def is_discriminated(slot: Slot, found: list[AnswerShape]) -> bool:
    """Whether the code itself tells which of several shapes it got."""
    if all(isinstance(each, OneOf | Boolean) for each in found):
        return True
    if all(isinstance(each, OneOf | Text) for each in found):
        return True
    tested = any(each.use is Use.IS and each.detail is not Kind.NONE for each in slot.evidence)
    return tested or any(
        isinstance(each.detail, Comparison) and any(isinstance(v, bool) for v in each.detail.values)
        for each in slot.evidence
    )
