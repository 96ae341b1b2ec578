"""The JSON that a decision sends to the graph, with one slot for what the person typed."""

from collections.abc import Mapping
from dataclasses import dataclass

from countersign.approvals.decision import Decision
from countersign.approvals.json import Json
from countersign.interrupts.json_values.unset import UNSET, JsonOrUnset

Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class AnswerTemplate:
    """`value` is sent, with what the person typed put in at `slot`, a path of keys and indexes.

    Without a slot nothing that is typed reaches the graph. `when_empty` is sent where nothing was typed;
    UNSET leaves the slot's key out.
    """

    value: Json = None
    slot: Path | None = None
    when_empty: JsonOrUnset = None

    def fill(self, typed: JsonOrUnset) -> Json:
        """What is sent when this was typed; UNSET stands for nothing."""
        if self.slot is None:
            return self.value
        new = self.when_empty if typed is UNSET else typed
        return _with(self.value, self.slot, new)

    def answer(self, decision: Decision) -> Json:
        """What this decision sends: its value, or else its message."""
        if decision.value is not None:
            return self.fill(decision.value)
        return self.fill(UNSET if decision.message is None else decision.message)


WHOLE_ANSWER = AnswerTemplate(slot=())
"""What was typed is the answer; nothing typed is null."""


def fixed(value: Json) -> AnswerTemplate:
    """The same answer whatever is typed."""
    return AnswerTemplate(value=value)


def _with(value: Json, path: Path, new: JsonOrUnset) -> Json:
    """A copy of the value with `new` at the path; the objects and lists around it are there already."""
    if not path:
        return None if new is UNSET else new
    step, rest = path[0], path[1:]
    if isinstance(value, list) and isinstance(step, int):
        return [_with(item, rest, new) if at == step else item for at, item in enumerate(value)]
    copy = dict(value) if isinstance(value, Mapping) else {}
    key = str(step)
    if rest or new is not UNSET:
        copy[key] = _with(copy.get(key), rest, new)
    else:
        copy.pop(key, None)
    return copy
