"""Whether an answer is a text, beside what else it may be."""

from collections.abc import Sequence

from countersign.interrupts.code.evaluation.model.slots import (
    JOINED,
    PARSED_AS_JSON,
    Check,
    Comparison,
    Condition,
    Evidence,
    Kind,
    Slot,
    Use,
)
from countersign.interrupts.code.resolution.choices import covers, excluded_values
from countersign.interrupts.code.resolution.evidence import compared_values, first_of, kinds_tested, uses
from countersign.interrupts.code.resolution.names import (
    DECISION,
    is_named_as_a_decision,
    is_named_as_a_remark,
    is_named_as_consent,
)
from countersign.interrupts.code.resolution.numbers import is_decimal
from countersign.interrupts.code.shape import Match, Text


def text_of(slot: Slot) -> Text | None:
    evidence = slot.evidence
    words = [*uses(evidence, Use.TEXT), *(uses(evidence, Use.NUMBER) if is_decimal(slot) else [])]
    tested = kinds_tested(evidence, Kind.TEXT)
    shown = uses(evidence, Use.SHOWN)
    defaults = [each for each in uses(evidence, Use.DEFAULT) if isinstance(each.detail, str)]
    strings = uses(evidence, Use.STRING)
    compared = [each.detail for each in uses(evidence, Use.COMPARED) if isinstance(each.detail, Comparison)]
    values = [v for each in compared if each.match is Match.EQUAL for v in each.values if isinstance(v, str)]
    if values or any(isinstance(value, str) for value in compared_values(evidence)):
        # Beside comparisons it is a text of its own only where it is none of the values.
        named = is_named_as_a_decision(slot)
        others = (*(() if named else shown), *_kept_for_itself(slot))
        excluded = [(each, excluded_values(slot, each)) for each in others]
        used = [each for each in words if not named or each.detail != JOINED]
        proofs = [*used, *(each for each, these in excluded if these and covers(these, values))]
    elif words:
        proofs = words
    elif any(each.detail == "lowered" for each in strings):
        return None  # it is made ready for a comparison that is not in sight
    else:
        empty = [] if _has_parts_or_number(slot) else _tests_of_emptiness(slot)
        proofs = [*tested, *strings, *empty, *(each for each in shown if _is_known_as_text(slot, each))]
        if not proofs and not _is_something_else(slot):
            proofs = [*defaults, *shown]
    if not proofs:
        return None
    where, code = first_of(proofs)
    optional = bool(defaults) or any(not _is_no_text(slot, each) for each in uses(evidence, Use.TRUTH))
    optional = optional and not _is_refused_empty(slot)
    remark = is_named_as_a_remark(slot)
    parsed = proofs is words and _is_parsed_as_json(slot, words)
    exact = is_decimal(slot) and not uses(evidence, Use.TEXT)
    return Text(optional, remark, parsed, exact, where=where, evidence=code)


def _is_refused_empty(slot: Slot) -> bool:
    """It raises, or asks again, wherever it is an empty text."""
    for each in uses(slot.evidence, Use.REFUSED):
        conditions = [c for c in each.conditions if c not in slot.root.asked_under]
        own = [c for c in conditions if slot.is_same(c.slot)]
        # Of the same name's other answers the same is asked: `while answer == "": answer = interrupt(...)`.
        asked = {(c.check, c.values, c.positive) for c in own}
        others = [c for c in conditions if c not in own and (c.check, c.values, c.positive) not in asked]
        if own and not others and all(map(_holds_of_empty, own)):
            return True
    return False


def _tests_of_emptiness(slot: Slot) -> list[Evidence]:
    return [each for each in uses(slot.evidence, Use.TRUTH) if each.detail == "text"]


def _holds_of_empty(condition: Condition) -> bool:
    match condition.check:
        case Check.TRUE:
            return not condition.positive
        case Check.EQUALS:
            return ("" in condition.values) is condition.positive
        case Check.IS:
            return (Kind.TEXT.value in condition.values) is condition.positive
        case _:
            return False


def _is_parsed_as_json(slot: Slot, words: Sequence[Evidence]) -> bool:
    """Whether no other text than JSON is of any use, on whatever path."""
    if any(each.detail != PARSED_AS_JSON for each in words):
        return False
    conditions = [
        condition
        for each in words
        for condition in each.conditions
        if not (
            slot.is_same(condition.slot) and condition.positive and _says_only_that_it_is_a_text(condition)
        )
    ]
    if any(slot.is_same(c.slot) or c.check is Check.CAUGHT for c in conditions):
        return False
    elsewhere = uses(slot.evidence, Use.SHOWN, Use.STORED, Use.ESCAPED, Use.CARRIED)
    return not conditions or not elsewhere


def _says_only_that_it_is_a_text(condition: Condition) -> bool:
    of_a_text = condition.check is Check.IS and condition.values == (Kind.TEXT.value,)
    return condition.positive and (of_a_text or condition.check is Check.TRUE)


def _kept_for_itself(slot: Slot) -> list[Evidence]:
    """Where it is stored, if that is only where it is none of the values that it is compared with.

    What is stored either way, or as the decision or the status, is a note of the decision.
    """
    if slot.stored_as and all(DECISION.search(name.casefold()) for name in slot.stored_as):
        return []
    stored = [
        each
        for each in uses(slot.evidence, Use.STORED)
        if each.detail != "text" and not _is_no_text(slot, each)
    ]
    return stored if all(excluded_values(slot, each) for each in stored) else []


def _is_no_text(slot: Slot, evidence: Evidence) -> bool:
    """It is done where the answer is known to be something else than a text."""
    return any(
        slot.is_same(c.slot) and c.check is Check.IS and c.positive is (Kind.TEXT.value not in c.values)
        for c in evidence.conditions
    )


def _is_known_as_text(slot: Slot, evidence: Evidence) -> bool:
    """It is known to be there, or to be no object, so it is not merely a yes that is shown."""
    for condition in evidence.conditions:
        if not slot.is_same(condition.slot):
            continue
        if condition.check is Check.IS:
            kinds = {Kind.TEXT} if condition.positive else {Kind.OBJECT, Kind.LIST}
            return any(kind.value in condition.values for kind in kinds)
        if condition.check is Check.TRUE and condition.positive:
            return not is_named_as_consent(slot)
    return False


def _is_something_else(slot: Slot) -> bool:
    """Whether something says of what kind it is that says more than being formatted does."""
    truth = uses(slot.evidence, Use.TRUTH) and not uses(slot.evidence, Use.STRING, Use.DEFAULT)
    return bool(truth) or _has_parts_or_number(slot)


def _has_parts_or_number(slot: Slot) -> bool:
    evidence = slot.evidence
    structure = uses(evidence, Use.MAPPING, Use.INTEGER, Use.NUMBER, Use.UNPACKED, Use.ITERATED)
    kinds = kinds_tested(evidence, *(kind for kind in Kind if kind not in {Kind.TEXT, Kind.NONE}))
    return bool(slot.keys or slot.items or slot.element or structure or kinds)
