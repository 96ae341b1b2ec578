"""Derives the shape of an answer from what the code does with it.

In doubt the shape is `Unknown`: a JSON form is inconvenient, a wrong button is dangerous.
"""

from dataclasses import replace
from typing import TypeAlias

from countersign.interrupts.code.evaluation.model.slots import Check, Evidence, Kind, Slot, Use
from countersign.interrupts.code.resolution.alternatives import (
    holds_elsewhere,
    is_discriminated,
    is_of_another_kind,
    without_empty,
    without_guards,
)
from countersign.interrupts.code.resolution.booleans import boolean_of
from countersign.interrupts.code.resolution.choices import choices_of
from countersign.interrupts.code.resolution.conditional_keys import key_from
from countersign.interrupts.code.resolution.declarations import narrowed
from countersign.interrupts.code.resolution.evidence import compared_values, first_of, kinds_tested, uses
from countersign.interrupts.code.resolution.numbers import (
    is_only_converted,
    number_of,
)
from countersign.interrupts.code.resolution.refusals import without_refused
from countersign.interrupts.code.resolution.texts import text_of
from countersign.interrupts.code.shape import (
    UNKNOWN,
    AnswerShape,
    ListOf,
    Number,
    Object,
    Text,
    Tuple,
    Union,
    Unknown,
)

_MAX_DEPTH = 8
_MAX_TUPLE_LENGTH = 20
_SAYS_NOTHING = {Use.READ, Use.STORED, Use.KEPT, Use.DECLARED, Use.TRUTH, Use.REFUSED}

_Group: TypeAlias = tuple[str | int | None, tuple[str, ...]]


def resolve(slot: Slot, depth: int = 0) -> AnswerShape:
    """The shape that all evidence together gives."""
    if depth > _MAX_DEPTH:
        return Unknown(evidence="it is nested too deeply")
    if slot.parent is None and is_discarded(slot):
        where, code = first_of(slot.evidence)
        return Unknown(unread=True, where=where, evidence=code)
    unequal = uses(slot.evidence, Use.UNEQUAL)
    if unequal:
        where, code = first_of(unequal)
        said = f"it is compared with what no JSON value equals: {code}"
        return Unknown(where=where, evidence=said, conflicting=True)
    declared = uses(slot.evidence, Use.DECLARED)
    used = _discriminated_by_sibling(slot, depth) or _from_use(slot, depth)
    for each in declared:
        if isinstance(each.detail, AnswerShape):
            converted = isinstance(each.detail, Text) and isinstance(used, Number) and is_only_converted(slot)
            together = used if converted else _of_one_kind(slot, each, used) or narrowed(each.detail, used)
            if together is None:
                said = f"it is declared as one thing and used as another: {each.code}"
                return Unknown(where=each.where, evidence=said)
            used = together if together.where else replace(together, where=each.where, evidence=each.code)
    return used


def is_discarded(slot: Slot) -> bool:
    """Nothing else is done with it than writing down its type."""
    dropped = uses(slot.evidence, Use.DISCARDED)
    return (
        bool(dropped)
        and not any(slot.parts())
        and set(slot.evidence)
        == {
            *dropped,
            *uses(slot.evidence, Use.DECLARED),
        }
    )


def _of_one_kind(slot: Slot, declared: Evidence, used: AnswerShape) -> AnswerShape | None:
    """All that is used, where the type is written down for one kind of it: `if isinstance(answer, int)`."""
    if not isinstance(used, Union) or not isinstance(declared.detail, AnswerShape):
        return None
    tested = any(slot.is_same(c.slot) and c.check is Check.IS for c in declared.conditions)
    agrees = any(narrowed(declared.detail, each) is not None for each in used.alternatives)
    return used if tested and agrees else None


def _discriminated_by_sibling(slot: Slot, depth: int) -> AnswerShape | None:
    """What a part is may depend on another one: a text with "response", and an object with "edit"."""
    groups = _groups(slot)
    if len(groups) < 2:
        return None
    found: list[AnswerShape] = []
    for group in groups:
        others = [other for other in groups if other != group]
        part = slot.restricted(lambda each, others=others: _group(slot, each) not in others)  # type: ignore[misc]
        shape = _from_use(part, depth)
        found.extend(shape.alternatives if isinstance(shape, Union) else [shape])
    for shape in found:
        if isinstance(shape, Unknown):
            return shape
    different = list(dict.fromkeys(found))
    return different[0] if len(different) == 1 else Union(tuple(different), where=found[0].where)


def _groups(slot: Slot) -> list[_Group]:
    """The values of other parts under which something telling is done; without those that include others."""
    inside = (each for part in slot.parts() for each in part.everything())
    telling = [
        *(each for each in slot.evidence if each.use not in _SAYS_NOTHING),
        # That a part is read says that it is an object, or a list.
        *(each for each in inside if each.use is Use.READ or each.use not in _SAYS_NOTHING),
    ]
    found = dict.fromkeys(group for each in telling if (group := _group(slot, each)) is not None)
    return [group for group in found if not any(_includes(group, other) for other in found)]


def _includes(group: _Group, other: _Group) -> bool:
    return group != other and group[0] == other[0] and set(group[1]) > set(other[1])


def _group(slot: Slot, evidence: Evidence) -> _Group | None:
    """The nearest values of another part of the same object or list under which this was done."""
    for condition in reversed(evidence.conditions):
        other = condition.slot
        if other is None or slot.parent is None or other.parent is not slot.parent or slot.is_same(other):
            continue
        if condition.check is Check.EQUALS and condition.positive:
            return (other.step, tuple(repr(value) for value in condition.values))
        if condition.check in {Check.EQUALS, Check.TRUE}:
            return (other.step, (f"{condition.check} {condition.positive}",))
    return None


def _from_use(slot: Slot, depth: int) -> AnswerShape:
    parts = [
        _object(slot, depth),
        _list(slot, depth),
        number_of(slot),
        *choices_of(slot),
        text_of(slot),
        boolean_of(slot),
    ]
    found: list[AnswerShape] = [part for part in parts if part is not None]
    if not found or not holds_elsewhere(found, slot):
        return _unknown(slot)
    found = without_refused(slot, without_guards(without_empty(found, slot), slot))
    if len(found) == 1:
        return found[0]
    if not is_discriminated(slot, found):
        said = "the code reads it in several ways, and does not show which one it gets"
        return Unknown(where=found[0].where, evidence=said)
    return Union(tuple(found), where=found[0].where, evidence=found[0].evidence)


def _unknown(slot: Slot) -> Unknown:
    for each in uses(slot.evidence, Use.ESCAPED, Use.CARRIED):
        return Unknown(where=each.where, evidence=f"{each.detail}: {each.code}")
    for each in slot.evidence:
        if each.use in {Use.STRING, Use.SHOWN}:
            return Unknown(where=each.where, evidence=f"what is done with it says too little: {each.code}")
    return Unknown(evidence="the code does nothing with it that says what it is")


def _object(slot: Slot, depth: int) -> Object | None:
    evidence = slot.evidence
    proofs = [*uses(evidence, Use.MAPPING), *kinds_tested(evidence, Kind.OBJECT)]
    if not proofs and not slot.keys:
        return None
    for part in slot.keys.values():
        proofs.extend(uses(part.evidence, Use.READ))
    where, code = first_of(proofs)
    keys = tuple(key_from(name, part, resolve(part, depth + 1)) for name, part in slot.keys.items())
    whole = uses(evidence, Use.WHOLE, Use.SHOWN, Use.ESCAPED, Use.CARRIED, Use.STORED)
    others = not keys or any(each.detail != "text" and not is_of_another_kind(slot, each) for each in whole)
    return Object(keys, open=others, where=where, evidence=code)


def _list(slot: Slot, depth: int) -> Tuple | ListOf | None:
    evidence = slot.evidence
    unpacked = uses(evidence, Use.UNPACKED)
    proofs = [*unpacked, *uses(evidence, Use.ITERATED), *kinds_tested(evidence, Kind.LIST)]
    if (not proofs and (not slot.items or slot.keys)) or _reads_first_character(slot):
        return None
    if (
        not proofs
        and uses(evidence, Use.WHOLE)
        and all(_is_unclear(each, depth) for each in slot.items.values())
    ):
        return None  # `len(answer)` and `answer[0]` do as well with a text
    read = [each for part in slot.items.values() for each in uses(part.evidence, Use.READ)]
    where, code = first_of(proofs or read)
    lengths = [each.detail for each in unpacked if isinstance(each.detail, int)]
    length = max([*lengths, max(slot.items, default=-1) + 1])
    if 0 < length <= _MAX_TUPLE_LENGTH and slot.element is None and len(set(lengths)) <= 1:
        items = tuple(resolve(slot.item(place), depth + 1) for place in range(length))
        sometimes = tuple(place for place in range(length) if _is_read_sometimes(slot.item(place)))
        return Tuple(items, sometimes, where=where, evidence=code)
    item = resolve(slot.element, depth + 1) if slot.element is not None and not slot.items else UNKNOWN
    return ListOf(item, where=where, evidence=code)


def _is_unclear(slot: Slot, depth: int) -> bool:
    return isinstance(resolve(slot, depth + 1), Unknown)


def _is_read_sometimes(slot: Slot) -> bool:
    """All that is done with it depends on another item."""
    silent = {*_SAYS_NOTHING, Use.CARRIED}
    telling = [each for each in slot.everything() if each.use not in silent]
    groups = _groups(slot)
    return bool(telling) and all(_group(slot, each) in groups for each in telling)


def _reads_first_character(slot: Slot) -> bool:
    """`answer[0].lower() == "y"` reads a letter of a text."""
    part = slot.items.get(0)
    values = compared_values(part.evidence) if part is not None and len(slot.items) == 1 else []
    return bool(values) and all(isinstance(value, str) and len(value) == 1 for value in values)
