"""Whether an answer is one of several values, and whether they are exhaustive."""

from collections.abc import Iterable, Sequence

from countersign.interrupts.code.evaluation.conditions.implication import kinds_of
from countersign.interrupts.code.evaluation.model.slots import RAISES, Check, Comparison, Evidence, Slot, Use
from countersign.interrupts.code.evaluation.model.values import same_scalar
from countersign.interrupts.code.resolution.evidence import compared_values, first_of, uses
from countersign.interrupts.code.shape import Match, OneOf, Scalar
from countersign.interrupts.code.word_meanings import Meaning, meaning

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
        if isinstance(each.detail, Comparison) and covers(each.detail.values, values):
            return True
    refused = [e for e in uses(slot.evidence, Use.REFUSED) if covers(excluded_values(slot, e), values)]
    if not refused or (_are_all_affirmative(values) and any(each.detail == RAISES for each in refused)):
        return False
    return not any(
        each.use not in _HARMLESS
        and each not in slot.evidence
        and covers(excluded_values(slot, each), values)
        and not _is_of_no_such_kind(slot, each, values)
        for each in slot.root.everything()
    )


def _are_all_affirmative(values: Sequence[Scalar]) -> bool:
    """To raise at anything but a yes is how the code says no."""
    return all(meaning(value) is Meaning.YES for value in values)


def _is_of_no_such_kind(slot: Slot, evidence: Evidence, values: Sequence[Scalar]) -> bool:
    """It is done where the answer is known to be of a kind that none of these values is of."""
    kinds = {kind for value in values for kind in kinds_of(value)}
    return any(
        slot.is_same(c.slot) and c.check is Check.IS and c.positive and not kinds & set(c.values)
        for c in evidence.conditions
    )


def covers(these: Sequence[Scalar], values: Sequence[Scalar]) -> bool:
    return all(any(same_scalar(value, one) for one in these) for value in values)


def excluded_values(slot: Slot, evidence: Evidence) -> list[Scalar]:
    """The values that it is known not to have there."""
    return [
        value
        for condition in evidence.conditions
        if slot.is_same(condition.slot) and condition.check is Check.EQUALS and not condition.positive
        for value in condition.values
    ]
