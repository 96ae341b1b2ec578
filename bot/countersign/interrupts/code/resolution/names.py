"""What the names of an answer suggest about it."""

import re

from countersign.interrupts.code.evaluation.model.slots import Slot

CONSENT = re.compile(
    r"approv|confirm|accept|allow|agree|permit|consent|authori[sz]|proceed|^(is|should|ok)_?"
)
DECISION = re.compile(r"decision|status|approv|verdict|outcome|action")
REMARK = re.compile(
    r"feedback|comment|remark|reason|critique|suggest|revision|revise|instruction|changes|objection|complain"
)


def names_of(slot: Slot) -> list[str]:
    return [*slot.names, *([slot.step] if isinstance(slot.step, str) else [])]


def is_named_as_a_decision(slot: Slot) -> bool:
    """So that where it is none of the values, and is put into a sentence, it is a no and not words."""
    names = [name.casefold() for name in names_of(slot)]
    return any(DECISION.search(name) for name in names) and not any(REMARK.search(name) for name in names)


def is_named_as_a_remark(slot: Slot) -> bool:
    return any(REMARK.search(name.casefold()) for name in (*names_of(slot), *slot.stored_as))


def is_named_as_consent(slot: Slot) -> bool:
    return any(CONSENT.search(name) for name in names_of(slot))
