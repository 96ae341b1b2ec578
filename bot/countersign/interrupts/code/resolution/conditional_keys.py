"""When a key of an answer is required: always, never, or depending on another key."""

from collections.abc import Iterator

from countersign.interrupts.code.evaluation.model.slots import (
    Check,
    Condition,
    Evidence,
    Kind,
    Reading,
    Slot,
    Use,
)
from countersign.interrupts.code.shape import AnswerShape, Key, Scalar

_Pair = tuple[str, Scalar]


def key_from(name: str, slot: Slot, shape: AnswerShape) -> Key:
    """The key with what its readings say. It is required as soon as one of them raises without it."""
    instead = set() if _is_refused_when_missing(slot) else _refused_without(slot)
    required = instead == set()
    unread = _unread_with(slot)
    needed_with: list[_Pair] = []
    needed_unless: list[_Pair] | None = None
    for each in slot.evidence:
        if each.use is not Use.READ or not isinstance(each.detail, Reading) or not each.detail.required:
            continue
        if _is_checked_before(slot, each):
            continue
        on_siblings = [c for c in each.conditions if _is_about_sibling(slot, c)]
        with_these = [pair for c in on_siblings for pair in _pairs(c) if _holds(c)]
        unless_these = [pair for c in on_siblings for pair in _pairs(c) if not _holds(c)]
        missing = _missing_elsewhere(slot, each)
        if missing:
            instead = missing if instead is None else instead & missing
        elif with_these:
            needed_with.extend(pair for pair in with_these if pair not in needed_with)
        elif unless_these:
            known = needed_unless or unless_these
            needed_unless = [pair for pair in unless_these if pair in known]
        elif not _only_sometimes(slot, each):
            required = True
    unless = [pair for pair in needed_unless or () if pair not in needed_with]
    if required or (needed_unless is not None and not unless):
        return Key(name, shape, required=True)
    others = {other for other, _ in unless}  # a value of theirs that is not left out says nothing more
    return Key(
        name,
        shape,
        required=False,
        needed_with=tuple(pair for pair in needed_with if others != {pair[0]}),
        needed_unless=tuple(unless),
        unread_with=unread,
        needed_without=tuple(sorted(instead or ())),
    )


def _refused_without(slot: Slot) -> set[str] | None:
    """The keys one of which has to be there instead: none for `if "key" not in answer: raise`.

    None where an answer without the key is not refused.
    """
    refusals = list(_refusals_of_missing_keys(slot.parent)) if slot.parent is not None else []
    always_there = {
        name for missing, there in refusals if len(missing) == 1 and not there for name in missing
    }
    for missing, there in refusals:
        if str(slot.step) in missing and there <= always_there:
            return missing - {str(slot.step)}
    return None


def _is_refused_when_missing(slot: Slot) -> bool:
    """`.get` gives None for it, and None is refused: `if answer.get("note") is None: raise`."""
    if any(each.use is Use.DEFAULT for each in slot.evidence):
        return False
    for each in slot.evidence:
        since = [c for c in each.conditions if c not in slot.root.asked_under]
        own = [c for c in since if slot.is_same(c.slot)]
        others = [c for c in since if c not in own and not (c.slot is slot.parent and c.positive)]
        if each.use is Use.REFUSED and own and not others and all(map(_holds_of_none, own)):
            return True
    return False


def _holds_of_none(condition: Condition) -> bool:
    match condition.check:
        case Check.IS:
            return (Kind.NONE.value in condition.values) is condition.positive
        case Check.TRUE:
            return not condition.positive
        case Check.EQUALS:
            return (None in condition.values) is condition.positive
        case _:
            return False


def _refusals_of_missing_keys(whole: Slot) -> Iterator[tuple[set[str], set[str]]]:
    """The keys that are missing, and those that are there, where the code refuses for nothing else."""
    for each in whole.evidence:
        looked_for = [c for c in each.conditions if whole.is_same(c.slot) and c.check is Check.HAS]
        if each.use is Use.REFUSED and all(
            c in whole.root.asked_under or (whole.is_same(c.slot) and c.check in {Check.HAS, Check.IS})
            for c in each.conditions
        ):
            yield (
                _named([c for c in looked_for if not c.positive]),
                _named([c for c in looked_for if c.positive]),
            )


def _missing_elsewhere(slot: Slot, reading: Evidence) -> set[str]:
    """The other keys that are known not to be there where it is read."""
    looked_for = [
        c for c in reading.conditions if c.slot is slot.parent and c.check is Check.HAS and not c.positive
    ]
    return _named(looked_for) - {str(slot.step)}


def _named(looked_for: list[Condition]) -> set[str]:
    return {str(value) for c in looked_for for value in c.values}


def _unread_with(slot: Slot) -> tuple[_Pair, ...]:
    """The values of siblings with which no reading of the key is reached."""
    readings = [e for e in slot.evidence if e.use is Use.READ and isinstance(e.detail, Reading)]
    excluded = [
        [pair for c in each.conditions if _is_about_sibling(slot, c) for pair in _excluded_pairs(c)]
        for each in readings
    ]
    return tuple(pair for pair in (excluded[0] if excluded else ()) if all(pair in each for each in excluded))


def _is_checked_before(slot: Slot, reading: Evidence) -> bool:
    """It is looked for, or its truth was tested, before; or an error is caught."""
    return any(
        c.check is Check.CAUGHT
        or (c.slot is slot and c.positive)
        or (c.slot is slot.parent and c.check is Check.HAS and c.positive and slot.step in c.values)
        for c in reading.conditions
    )


def _is_about_sibling(slot: Slot, condition: Condition) -> bool:
    return (
        condition.slot is not None
        and condition.slot is not slot
        and condition.slot.parent is slot.parent
        and isinstance(condition.slot.step, str)
        and condition.check in {Check.EQUALS, Check.TRUE}
    )


def _holds(condition: Condition) -> bool:
    return condition.positive or condition.check is Check.TRUE


def _excluded_pairs(condition: Condition) -> list[_Pair]:
    """What the sibling does not have where this holds."""
    if condition.check is Check.TRUE:
        return _pairs(condition.negated())
    return [] if condition.positive else _pairs(condition)


def _pairs(condition: Condition) -> list[_Pair]:
    assert condition.slot is not None
    name = str(condition.slot.step)
    if condition.check is Check.TRUE:
        return [(name, condition.positive)]
    return [(name, value) for value in condition.values]


def _only_sometimes(slot: Slot, reading: Evidence) -> bool:
    """It is read only under a condition on the answer that is none of a key with a value."""
    return any(
        c.slot is not None
        and c.check in {Check.EQUALS, Check.TRUE, Check.HAS, Check.IS}
        and c.slot.parent is slot.parent
        and c.slot is not slot
        for c in reading.conditions
    )
