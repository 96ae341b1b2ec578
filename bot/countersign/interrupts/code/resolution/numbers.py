"""Whether an answer is a number, and of which kind."""

from countersign.interrupts.code.evaluation.model.slots import (
    CONVERTED,
    DECIMAL,
    Check,
    Evidence,
    Kind,
    Slot,
    Use,
)
from countersign.interrupts.code.resolution.evidence import compared_values, first_of, kinds_tested, uses
from countersign.interrupts.code.shape import Number


def number_of(slot: Slot) -> Number | None:
    evidence = slot.evidence
    tested = kinds_tested(evidence, Kind.INTEGER, Kind.NUMBER)
    words = [each for each in uses(evidence, Use.STRING, Use.TEXT) if not _is_known_to_be_text(slot, each)]
    if not tested and words:
        return None  # int(answer.strip()) takes the digits of a text
    if not tested and any(is_number(value) for value in compared_values(evidence)):
        return None  # it is one of these numbers
    if is_decimal(slot):
        return None  # a fraction is exact only as text
    converted = uses(evidence, Use.INTEGER, Use.NUMBER)
    defaults = [each for each in uses(evidence, Use.DEFAULT) if is_number(each.detail)]
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
    defaults = [each for each in uses(slot.evidence, Use.DEFAULT) if is_number(each.detail)]
    return bool(numbers) and not tested and not defaults and all(each.detail == DECIMAL for each in numbers)


def is_only_stripped_to_convert(slot: Slot) -> bool:
    """Where it is a text, it is stripped before a number is made of it, and nothing else."""
    evidence = slot.evidence
    tidied = [each for each in uses(evidence, Use.STRING) if _is_known_to_be_text(slot, each)]
    return bool(tidied) and is_only_converted(slot) and not uses(evidence, Use.TEXT)


def _is_known_to_be_text(slot: Slot, evidence: Evidence) -> bool:
    return any(
        slot.is_same(c.slot) and c.check is Check.IS and c.positive and c.values == (Kind.TEXT.value,)
        for c in evidence.conditions
    )


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
