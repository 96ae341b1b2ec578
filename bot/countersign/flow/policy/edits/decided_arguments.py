"""The arguments of an action after a decision: after an edit, an answer, or a change of the state."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.flow.policy.edits.written_numbers import is_written_alike, the_number
from countersign.interrupts import ROOT, UNSET, ReviewRow
from countersign.interrupts.json_values.equality import json_equal
from countersign.interrupts.json_values.pointer import put
from countersign.interrupts.json_values.unset import JsonOrUnset


def decided_arguments(
    row: ReviewRow, asked: Mapping[str, Json], decision: Decision, state_before: Mapping[str, Json]
) -> dict[str, Json]:
    """What the rules would be matched with, had the agent asked for what this decision makes of it.

    An edit names the arguments. The fields of an answer, and changed fields of the state, count for the
    arguments with their names. The graph may have asked about a field of its state under another name: then
    it counts for the arguments that have the value that it had, if only as the number in a text: `5 EUR`.
    """
    args: Json = dict(asked)
    if decision.kind is DecisionKind.EDIT:
        args = _edited(row, asked, decision.value)
    elif isinstance(decision.value, dict):
        for name, value in decision.value.items():
            args = _with_field(args, _Field(name=name, after=value))
    for field in _changed_fields(decision.state or {}, state_before):
        args = _with_field(args, field)
    return args if isinstance(args, dict) else {}


def _edited(row: ReviewRow, asked: Mapping[str, Json], value: Json) -> Json:
    base = row.forms[DecisionKind.EDIT].base
    if row.edited_at != ROOT:
        return put(dict(asked), row.edited_at, value)
    if not isinstance(value, dict):  # one text of the payload, under the key that has it
        return {key: value if item == base else item for key, item in asked.items()}
    if isinstance(base, dict):  # all arguments, or the fields of a payload that the answer's schema has
        return {key: item for key, item in asked.items() if key not in base} | value
    return value


@dataclass(frozen=True, kw_only=True)
class _Field:
    """A field that gets another value; `before` is UNSET where it had none, or nobody knows it."""

    name: str
    after: Json
    before: JsonOrUnset = UNSET
    nested: bool = False

    def is_named(self, name: str, value: Json) -> bool:
        """Fields inside of others have names such as `id`: an argument of that name is another one."""
        return name == self.name and (not self.nested or self.is_value(value))

    def is_value(self, value: Json) -> bool:
        """Whether it had this value, if that is one that tells fields apart."""
        if self.before in (UNSET, None, "") or isinstance(self.before, bool):
            return False
        return json_equal(value, self.before) or is_written_alike(value, self.before)

    def value_for(self, asked: Json) -> Json:
        """The new value as the argument has it: a number where that was one."""
        number = the_number(self.after)
        return number if isinstance(asked, int | float) and number is not None else self.after


def _changed_fields(
    after: Mapping[str, Json], before: Mapping[str, Json], *, nested: bool = False
) -> Iterator[_Field]:
    for name, value in after.items():
        old: JsonOrUnset = before.get(name, UNSET)
        if old is not UNSET and json_equal(old, value):
            continue
        yield _Field(name=name, after=value, before=old, nested=nested)
        if isinstance(value, dict) and isinstance(old, dict):
            yield from _changed_fields(value, old, nested=True)


def _with_field(args: Json, field: _Field) -> Json:
    named = _replaced(args, field.is_named, lambda _: field.after)
    if named is not args:
        return named
    return _replaced(args, lambda _name, value: field.is_value(value), field.value_for)


def _replaced(value: Json, applies: Callable[[str, Json], bool], new: Callable[[Json], Json]) -> Json:
    """The value with `new` of it where this applies, at any depth; the same object if it applies nowhere."""
    if isinstance(value, dict):
        items: dict[str, Json] = {
            key: new(item) if applies(key, item) else _replaced(item, applies, new)
            for key, item in value.items()
        }
        return items if any(items[key] is not item for key, item in value.items()) else value
    if isinstance(value, list):
        parts = [_replaced(item, applies, new) for item in value]
        return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    return value
