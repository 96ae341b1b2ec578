"""Which condition of a conjunction implies another one.

`isinstance(answer, bool) and answer is True` is false wherever `answer is True` is: what is known there is
that the answer is not True, and not that one of two things may have failed.
"""

from collections.abc import Sequence

from countersign.interrupts.code.evaluation.model.slots import Check, Condition, Conditions, Kind, Slot
from countersign.interrupts.code.shape import Scalar


def failing_operands(passed: Sequence[Conditions], stopped: Sequence[Conditions]) -> list[Conditions]:
    """What holds where each operand stops a conjunction, without the operands that another one implies.

    `passed` and `stopped` are what holds where an operand lets through, and where it does not.
    """
    kept = list(range(len(passed)))
    for place, conditions in enumerate(passed):
        others = [passed[at] for at in kept if at != place]
        if _is_exact(conditions, stopped[place]) and any(_all_implied(conditions, each) for each in others):
            kept.remove(place)
    return [stopped[place] for place in kept]


def _is_exact(passed: Conditions, stopped: Conditions) -> bool:
    """It is one condition that either holds or does not."""
    return (
        len(passed) == len(stopped) == 1
        and passed[0].slot is stopped[0].slot
        and passed[0].check is stopped[0].check
        and passed[0].positive is not stopped[0].positive
    )


def _all_implied(weaker: Conditions, stronger: Conditions) -> bool:
    return bool(weaker) and all(any(implies(one, each) for one in stronger) for each in weaker)


def implies(stronger: Condition, weaker: Condition) -> bool:
    """Whether the one can only hold where the other does."""
    if stronger.slot is None or weaker.slot is None or not stronger.positive:
        return False
    if stronger.check not in {Check.EQUALS, Check.TRUE, Check.IS}:
        return False
    if _is_part_of(stronger.slot, weaker.slot):
        return _is_implied_by_part(stronger, weaker)
    if stronger.slot is not weaker.slot:
        return False
    match weaker.check:
        case Check.IS if weaker.positive:
            return _values_are(stronger, weaker.values)
        case Check.IS:
            return weaker.values == (Kind.NONE.value,) and stronger.check is not Check.IS
        case Check.TRUE:
            return (
                weaker.positive
                and stronger.check is Check.EQUALS
                and all(bool(value) for value in stronger.values)
            )
        case _:
            return False


def _is_part_of(slot: Slot, whole: Slot) -> bool:
    while slot.parent is not None:
        slot = slot.parent
        if slot is whole:
            return True
    return False


def _is_implied_by_part(part: Condition, weaker: Condition) -> bool:
    """A part has a value, so there is an object, or a list, that has the part."""
    slot = part.slot
    assert slot is not None
    while slot.parent is not weaker.slot:
        assert slot.parent is not None
        slot = slot.parent
    match weaker.check:
        case Check.IS if weaker.positive:
            return (Kind.OBJECT if isinstance(slot.step, str) else Kind.LIST).value in weaker.values
        case Check.IS:
            return weaker.values == (Kind.NONE.value,)
        case Check.HAS:
            return weaker.positive and slot.step in weaker.values
        case _:
            return weaker.check is Check.TRUE and weaker.positive


def _values_are(condition: Condition, kinds: Sequence[Scalar]) -> bool:
    """It equals values of these kinds; or its truth is tested where it is known to be a boolean."""
    if condition.check is Check.TRUE:
        return tuple(kinds) == (Kind.BOOLEAN.value,)
    if condition.check is Check.EQUALS:
        return all(set(kinds_of(value)) & set(kinds) for value in condition.values)
    return False


def kinds_of(value: Scalar) -> tuple[str, ...]:
    """The kinds that `isinstance` finds in it. To Python, a boolean is an integer as well."""
    match value:
        case bool():
            return (Kind.BOOLEAN.value, Kind.INTEGER.value)
        case int():
            return (Kind.INTEGER.value,)
        case float():
            return (Kind.NUMBER.value,)
        case str():
            return (Kind.TEXT.value,)
        case None:
            return (Kind.NONE.value,)
