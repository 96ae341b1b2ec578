"""Whether an answer is a yes or a no."""

from countersign.interrupts.code.evaluation.model.slots import Kind, Slot, Use
from countersign.interrupts.code.resolution.evidence import compared_values, first_of, kinds_tested, uses
from countersign.interrupts.code.resolution.names import is_named_as_consent
from countersign.interrupts.code.shape import Boolean


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


def is_only_tested_for_truth(slot: Slot) -> bool:
    """Nothing but a truth test says that it is a yes or a no, not even the names that it has."""
    evidence = slot.evidence
    literal = any(isinstance(value, bool) for value in compared_values(evidence))
    default = any(isinstance(each.detail, bool) for each in uses(evidence, Use.DEFAULT))
    declared = any(isinstance(each.detail, Boolean) for each in uses(evidence, Use.DECLARED))
    return not (literal or default or declared or is_named_as_consent(slot))
