"""Filters over evidence."""

from collections.abc import Iterable, Sequence

from countersign.interrupts.code.evaluation.model.slots import Comparison, Evidence, Kind, Use
from countersign.interrupts.code.shape import Scalar, SourceLocation


def uses(evidence: Iterable[Evidence], *wanted: Use) -> list[Evidence]:
    return [each for each in evidence if each.use in wanted]


def kinds_tested(evidence: Iterable[Evidence], *kinds: Kind) -> list[Evidence]:
    """Where it is tested for being of one of these kinds."""
    return [each for each in evidence if each.use is Use.IS and each.detail in kinds]


def compared_values(evidence: Iterable[Evidence]) -> list[Scalar]:
    return [value for each in evidence if isinstance(each.detail, Comparison) for value in each.detail.values]


def first_of(proofs: Sequence[Evidence]) -> tuple[SourceLocation | None, str]:
    """The place of the first in the source, and its code."""
    first = min(proofs, key=lambda each: (each.where.file, each.where.line), default=None)
    return (first.where, first.code) if first is not None else (None, "")
