"""Access by key: a key or item of an answer, and a key of the graph's state."""

import ast
from dataclasses import replace

from countersign.interrupts.code.evaluation.annotations import field_shape
from countersign.interrupts.code.evaluation.class_bases import is_checked
from countersign.interrupts.code.evaluation.model.call_sites import StateWrite
from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.slots import Reading, Use
from countersign.interrupts.code.evaluation.model.values import (
    OPAQUE,
    Atom,
    Instance,
    Record,
    Ref,
    State,
    Template,
    Value,
    as_members,
    constants,
    refs,
    union,
)
from countersign.interrupts.code.shape import AnswerShape, Text


def key_of(frame: Frame, ref: Ref, key: Value, node: ast.AST, *, required: bool) -> Value:
    """`answer[key]`, or `answer.get(key)` where it is not required."""
    names = constants(key)
    if names is None:
        frame.note((ref,), Use.WHOLE, node)
        return (Ref(ref.slot.any_item()),)
    parts: list[Atom] = []
    for name in names:
        if isinstance(name, str):
            own = frame.reader.overwriting(ref.slot, name)
            if own is not None:
                parts.extend(own or OPAQUE)
                continue
            slot = ref.slot.key(name)
        elif isinstance(name, int) and not isinstance(name, bool) and name >= 0:
            slot = ref.slot.item(name)
        else:
            slot = ref.slot.any_item()
            frame.note((ref,), Use.ITERATED, node)  # answer[-1]
        part = Ref(slot, from_state=ref.from_state)
        frame.note((part,), Use.READ, node, Reading(required))
        parts.append(part)
    return tuple(parts)


def forget_key(frame: Frame, ref: Ref, key: Value) -> None:
    """The code removes a key from an answer: reads of it afterwards are not reads of the answer."""
    for name in constants(key) or ():
        if isinstance(name, str):
            frame.reader.overwrite(ref.slot, name, ())


def take_item(frame: Frame, ref: Ref, node: ast.AST) -> Value:
    """`answer.pop(0)`: positions in the list change from there on."""
    frame.note((ref,), Use.ITERATED, node)
    return (Ref(ref.slot.any_item()),)


def state_key(frame: Frame, state: State, name: str) -> Value:
    """What the graph's code writes into this key of its state, as far as that has been read."""
    reader = frame.reader
    key = (state.space, name)
    reader.reads_state(key)
    earlier = key not in reader.fresh
    found: list[Value] = []
    for write in reader.writes.get(key, []):
        own = earlier and write.function == reader.function
        found.append(
            tuple(
                replace(a, earlier=a.earlier or own, from_state=True) if isinstance(a, Ref) else a
                for a in write.value
            )
        )
    value = union(found)
    if any(is_checked(reader, cls) for cls in reader.state_classes.get(state.space, ())):
        value = as_members(value)
    if not any(refs(value, deep=True)) and isinstance(_declared(frame, state.space, name), Text):
        return (Template((None,)),)
    return value


def _declared(frame: Frame, space: str, name: str) -> AnswerShape | None:
    """The type of a key of the state, as one of the classes that describe it has it."""
    reader = frame.reader
    for cls in reader.state_classes.get(space, ()):
        declared = field_shape(reader, cls, name)
        if declared is not None:
            return declared
    return None


def write_state(frame: Frame, space: str, name: str, value: Value, node: ast.AST) -> None:
    """Keep what is written into a key of the state. The type that the key has says what an answer is."""
    reader = frame.reader
    if reader.ignoring_evidence:
        return
    reader.fresh.add((space, name))
    note_stored_name(value, name)
    written = reader.writes.setdefault((space, name), [])
    where = frame.module.where(node)
    if not any(
        w.where == where and w.function == reader.function and _is_same_value(w.value, value) for w in written
    ):
        written.append(StateWrite(value, reader.function, where))
    if name == "messages":
        frame.note(value, Use.TEXT, node)  # a text becomes a message
    declared = _declared(frame, space, name) if any(refs(value)) else None
    if declared is not None:
        frame.note(value, Use.DECLARED, node, declared)
        if any(is_checked(reader, cls) for cls in reader.state_classes.get(space, ())):
            frame.note(value, Use.CHECKED, node)


def update_state(frame: Frame, update: Value, node: ast.AST) -> None:
    """Keep the keys of an update of the graph's state, as a node returns it or a Command has it."""
    for atom in update:
        if isinstance(atom, Record | Instance):
            record = atom if isinstance(atom, Record) else atom.fields
            with frame.reader.under(record.conditions):
                for key, value in record.entries.items():
                    write_state(frame, frame.reader.space, key, value, node)
        elif isinstance(atom, Ref):
            frame.note((atom,), Use.MAPPING, node)
            frame.note((atom,), Use.WHOLE, node)


def note_stored_name(value: Value, name: str) -> None:
    for ref in refs(value, deep=True):
        if not ref.earlier:
            ref.slot.stored_as.add(name)


def _is_same_value(one: Value, other: Value) -> bool:
    return {id(r.slot) for r in refs(one, deep=True)} == {
        id(r.slot) for r in refs(other, deep=True)
    } and constants(one) == constants(other)
