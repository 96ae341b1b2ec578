"""Whether an answer is a number, one of some values, a text, or a yes or no."""

import re
from collections.abc import Iterable, Sequence

from countersign.interrupts.code.evaluation.conditions.implication import kinds_of
from countersign.interrupts.code.evaluation.model.slots import (
    CONVERTED,
    DECIMAL,
    JOINED,
    PARSED_AS_JSON,
    RAISES,
    Check,
    Comparison,
    Condition,
    Evidence,
    Kind,
    Slot,
    Use,
)
from countersign.interrupts.code.evaluation.model.values import same_scalar
from countersign.interrupts.code.resolution.evidence import compared_values, first_of, kinds_tested, uses
from countersign.interrupts.code.shape import Boolean, Match, Number, OneOf, Scalar, Text
from countersign.interrupts.code.word_meanings import Meaning, meaning

_CONSENT = re.compile(
    r"approv|confirm|accept|allow|agree|permit|consent|authori[sz]|proceed|^(is|should|ok)_?"
)


_NOTE = re.compile(r"decision|status|approv|verdict|outcome|action")
_REMARK = re.compile(
    r"feedback|comment|remark|reason|critique|suggest|revision|revise|instruction|changes|objection|complain"
)


def number_of(slot: Slot) -> Number | None:
    evidence = slot.evidence
    tested = kinds_tested(evidence, Kind.INTEGER, Kind.NUMBER)
    words = [each for each in uses(evidence, Use.STRING, Use.TEXT) if not _is_known_to_be_text(slot, each)]
    if not tested and words:
        return None  # int(answer.strip()) takes the digits of a text
    if not tested and any(_is_number(value) for value in compared_values(evidence)):
        return None  # it is one of these numbers
    if is_decimal(slot):
        return None  # a fraction is exact only as text
    converted = uses(evidence, Use.INTEGER, Use.NUMBER)
    defaults = [each for each in uses(evidence, Use.DEFAULT) if _is_number(each.detail)]
    proofs = [*converted, *tested, *defaults]
    if not proofs:
        return None
    whole = uses(evidence, Use.INTEGER) or kinds_tested(evidence, Kind.INTEGER)
    fractions = kinds_tested(evidence, Kind.NUMBER) or any(
        isinstance(each.detail, float) for each in defaults
    )
    where, code = first_of(proofs)
    return Number(integer=bool(whole) and not fractions, where=where, evidence=code)


def is_only_converted(slot: Slot) -> bool:
    """All that is done with the number is `int()` or `float()`, which take the digits of a text, too."""
    numbers = uses(slot.evidence, Use.INTEGER, Use.NUMBER)
    checked = uses(slot.evidence, Use.CHECKED) or kinds_tested(slot.evidence, Kind.INTEGER, Kind.NUMBER)
    return bool(numbers) and not checked and all(each.detail == CONVERTED for each in numbers)


def is_decimal(slot: Slot) -> bool:
    """All that is done with the number is `Decimal()`, which takes a fraction for its nearest binary one."""
    numbers = uses(slot.evidence, Use.INTEGER, Use.NUMBER)
    tested = kinds_tested(slot.evidence, Kind.INTEGER, Kind.NUMBER)
    defaults = [each for each in uses(slot.evidence, Use.DEFAULT) if _is_number(each.detail)]
    return bool(numbers) and not tested and not defaults and all(each.detail == DECIMAL for each in numbers)


def is_tidied_only(slot: Slot) -> bool:
    """Where it is a text, it is stripped before a number is made of it, and nothing else."""
    evidence = slot.evidence
    tidied = [each for each in uses(evidence, Use.STRING) if _is_known_to_be_text(slot, each)]
    return bool(tidied) and is_only_converted(slot) and not uses(evidence, Use.TEXT)


def _is_known_to_be_text(slot: Slot, evidence: Evidence) -> bool:
    return any(
        slot.is_same(c.slot) and c.check is Check.IS and c.positive and c.values == (Kind.TEXT.value,)
        for c in evidence.conditions
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_HARMLESS = {Use.SHOWN, Use.REFUSED, Use.COMPARED, Use.TRUTH, Use.IS, Use.HAS, Use.STRING}
_HARMLESS |= {Use.DECLARED, Use.CHECKED}


def choices_of(slot: Slot) -> list[OneOf]:
    """The values that it is compared with; those that are compared in another way are apart."""
    evidence = slot.evidence
    by_match: dict[Match, list[Evidence]] = {}
    for each in uses(evidence, Use.COMPARED):
        assert isinstance(each.detail, Comparison)
        by_match.setdefault(each.detail.match, []).append(each)
    shapes = []
    for match, compared in by_match.items():
        values = _distinct(value for value in compared_values(compared) if not isinstance(value, bool))
        if not values:
            continue
        details = [each.detail for each in compared if isinstance(each.detail, Comparison)]
        if match is Match.EQUAL and isinstance(values[0], str):
            values = _with_defaults(values, evidence, lowered=all(detail.lowered for detail in details))
        where, code = first_of(compared)
        shapes.append(
            OneOf(
                tuple(values),
                exhaustive=_exhaustive(slot, values),
                ignores_case=all(detail.lowered for detail in details),
                ignores_space=all(detail.stripped for detail in details),
                match=match,
                where=where,
                evidence=code,
            )
        )
    return shapes


def _with_defaults(values: list[Scalar], evidence: Sequence[Evidence], *, lowered: bool) -> list[Scalar]:
    """`answer.get("decision", "reject")` is an answer of "reject" where there is none."""
    known = {value.lower() if lowered else value for value in values if isinstance(value, str)}
    defaults = [each.detail for each in uses(evidence, Use.DEFAULT) if isinstance(each.detail, str)]
    return _distinct([*values, *(d for d in defaults if d and (d.lower() if lowered else d) not in known)])


def _distinct(values: Iterable[Scalar]) -> list[Scalar]:
    kept: list[Scalar] = []
    for value in values:
        if not any(same_scalar(value, each) for each in kept):
            kept.append(value)
    return kept


def _exhaustive(slot: Slot, values: Sequence[Scalar]) -> bool:
    for each in uses(slot.evidence, Use.CHOSEN):
        if isinstance(each.detail, Comparison) and _covers(each.detail.values, values):
            return True
    refused = [e for e in uses(slot.evidence, Use.REFUSED) if _covers(_excluded(slot, e), values)]
    if not refused or (_only_a_yes(values) and any(each.detail == RAISES for each in refused)):
        return False
    return not any(
        each.use not in _HARMLESS
        and each not in slot.evidence
        and _covers(_excluded(slot, each), values)
        and not _is_of_no_such_kind(slot, each, values)
        for each in slot.root.everything()
    )


def _only_a_yes(values: Sequence[Scalar]) -> bool:
    """To raise at anything but a yes is how the code says no."""
    return all(meaning(value) is Meaning.YES for value in values)


def _is_of_no_such_kind(slot: Slot, evidence: Evidence, values: Sequence[Scalar]) -> bool:
    """It is done where the answer is known to be of a kind that none of these values is of."""
    kinds = {kind for value in values for kind in kinds_of(value)}
    return any(
        slot.is_same(c.slot) and c.check is Check.IS and c.positive and not kinds & set(c.values)
        for c in evidence.conditions
    )


def _covers(these: Sequence[Scalar], values: Sequence[Scalar]) -> bool:
    return all(any(same_scalar(value, one) for one in these) for value in values)


def _excluded(slot: Slot, evidence: Evidence) -> list[Scalar]:
    """The values that it is known not to have there."""
    return [
        value
        for condition in evidence.conditions
        if slot.is_same(condition.slot) and condition.check is Check.EQUALS and not condition.positive
        for value in condition.values
    ]


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
        named = _is_named_as_a_decision(slot)
        others = (*(() if named else shown), *_kept_for_itself(slot))
        excluded = [(each, _excluded(slot, each)) for each in others]
        used = [each for each in words if not named or each.detail != JOINED]
        proofs = [*used, *(each for each, these in excluded if these and _covers(these, values))]
    elif words:
        proofs = words
    elif any(each.detail == "lowered" for each in strings):
        return None  # it is made ready for a comparison that is not in sight
    else:
        empty = [] if _has_parts_or_number(slot) else _tests_of_emptiness(slot)
        proofs = [*tested, *strings, *empty, *(each for each in shown if _told_to_be_text(slot, each))]
        if not proofs and not _is_something_else(slot):
            proofs = [*defaults, *shown]
    if not proofs:
        return None
    where, code = first_of(proofs)
    optional = bool(defaults) or any(not _is_no_text(slot, each) for each in uses(evidence, Use.TRUTH))
    optional = optional and not _is_refused_empty(slot)
    remark = any(_REMARK.search(name.casefold()) for name in (*_names(slot), *slot.stored_as))
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


def _is_named_as_a_decision(slot: Slot) -> bool:
    """So that where it is none of the values, and is put into a sentence, it is a no and not words."""
    names = [name.casefold() for name in _names(slot)]
    return any(_NOTE.search(name) for name in names) and not any(_REMARK.search(name) for name in names)


def _is_parsed_as_json(slot: Slot, words: Sequence[Evidence]) -> bool:
    """Whether no other text than JSON is of any use, on whatever path."""
    if any(each.detail != PARSED_AS_JSON for each in words):
        return False
    conditions = [
        condition
        for each in words
        for condition in each.conditions
        if not (slot.is_same(condition.slot) and condition.check is Check.TRUE and condition.positive)
    ]
    if any(slot.is_same(c.slot) or c.check is Check.CAUGHT for c in conditions):
        return False
    elsewhere = uses(slot.evidence, Use.SHOWN, Use.STORED, Use.ESCAPED, Use.CARRIED)
    return not conditions or not elsewhere


def _kept_for_itself(slot: Slot) -> list[Evidence]:
    """Where it is stored, if that is only where it is none of the values that it is compared with.

    What is stored either way, or as the decision or the status, is a note of the decision.
    """
    if slot.stored_as and all(_NOTE.search(name.casefold()) for name in slot.stored_as):
        return []
    stored = [
        each
        for each in uses(slot.evidence, Use.STORED)
        if each.detail != "text" and not _is_no_text(slot, each)
    ]
    return stored if all(_excluded(slot, each) for each in stored) else []


def _is_no_text(slot: Slot, evidence: Evidence) -> bool:
    """It is done where the answer is known to be something else than a text."""
    return any(
        slot.is_same(c.slot) and c.check is Check.IS and c.positive is (Kind.TEXT.value not in c.values)
        for c in evidence.conditions
    )


def _told_to_be_text(slot: Slot, evidence: Evidence) -> bool:
    """It is known to be there, or to be no object, so it is not merely a yes that is shown."""
    for condition in evidence.conditions:
        if not slot.is_same(condition.slot):
            continue
        if condition.check is Check.IS:
            kinds = {Kind.TEXT} if condition.positive else {Kind.OBJECT, Kind.LIST}
            return any(kind.value in condition.values for kind in kinds)
        if condition.check is Check.TRUE and condition.positive:
            return not any(_CONSENT.search(name) for name in _names(slot))
    return False


def _names(slot: Slot) -> list[str]:
    return [*slot.names, *([slot.step] if isinstance(slot.step, str) else [])]


def _is_something_else(slot: Slot) -> bool:
    """Whether something says of what kind it is that says more than being formatted does."""
    truth = uses(slot.evidence, Use.TRUTH) and not uses(slot.evidence, Use.STRING, Use.DEFAULT)
    return bool(truth) or _has_parts_or_number(slot)


def _has_parts_or_number(slot: Slot) -> bool:
    evidence = slot.evidence
    structure = uses(evidence, Use.MAPPING, Use.INTEGER, Use.NUMBER, Use.UNPACKED, Use.ITERATED)
    kinds = kinds_tested(evidence, *(kind for kind in Kind if kind not in {Kind.TEXT, Kind.NONE}))
    return bool(slot.keys or slot.items or slot.element or structure or kinds)


def is_only_tested_for_truth(slot: Slot) -> bool:
    """Nothing but a truth test says that it is a yes or a no, not even the names that it has."""
    evidence = slot.evidence
    literal = any(isinstance(value, bool) for value in compared_values(evidence))
    default = any(isinstance(each.detail, bool) for each in uses(evidence, Use.DEFAULT))
    declared = any(isinstance(each.detail, Boolean) for each in uses(evidence, Use.DECLARED))
    named = any(_CONSENT.search(name) for name in _names(slot))
    return not (literal or default or declared or named)


def boolean_of(slot: Slot) -> Boolean | None:
    evidence = slot.evidence
    literal = [
        each
        for each in uses(evidence, Use.COMPARED)
        if any(isinstance(value, bool) for value in compared_values([each]))
    ]
    defaults = [each for each in uses(evidence, Use.DEFAULT) if isinstance(each.detail, bool)]
    truth = [each for each in uses(evidence, Use.TRUTH) if each.detail != "text"]
    proofs = [*literal, *kinds_tested(evidence, Kind.BOOLEAN), *truth, *defaults]
    where, code = first_of(proofs)
    return Boolean(where=where, evidence=code) if proofs else None
