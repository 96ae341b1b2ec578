"""Assigning: to names, by unpacking, into containers and into the state."""

import ast

from countersign.interrupts.code.evaluation.class_bases import lineage_of
from countersign.interrupts.code.evaluation.key_access import write_state
from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.slots import Reading, Use
from countersign.interrupts.code.evaluation.model.values import (
    Const,
    Instance,
    Items,
    Record,
    Ref,
    State,
    Value,
    constants,
    either,
    refs,
    union,
)


def bind(frame: Frame, target: ast.expr, value: Value) -> None:
    match target:
        case ast.Name():
            _bind_name(frame, target.id, value)
        case ast.Tuple() | ast.List():
            _unpack(frame, target, value)
        case ast.Starred():
            bind(frame, target.value, value)
        case ast.Subscript():
            _store(frame, frame.value(target.value), frame.value(target.slice), value, target)
        case ast.Attribute():
            _store(frame, frame.value(target.value), (Const(target.attr),), value, target)
        case _:
            pass


def _bind_name(frame: Frame, name: str, value: Value) -> None:
    for ref in refs(value):
        ref.slot.names.add(name)
    if name not in frame.rebinds:
        frame.names[name] = value
        return
    outer = frame.outer
    while outer is not None and name not in outer.names:
        outer = outer.outer
    if outer is not None:  # when the function that binds it is called is not followed
        outer.names[name] = either((outer.names[name], value))


def bind_around_comprehension(frame: Frame, target: ast.Name, value: Value) -> None:
    """A walrus binds in the function, also from inside of a comprehension, which may have no turn."""
    outer = frame
    while outer.is_comprehension and outer.outer is not None:
        outer = outer.outer
    if outer is not frame:
        value = either((outer.names.get(target.id, value), value))
    bind(outer, target, value)


def _store(frame: Frame, container: Value, key: Value, value: Value, target: ast.expr) -> None:
    names = constants(key)
    name = names[0] if names is not None and len(names) == 1 else None
    kept = False
    for atom in container:
        match atom:
            case State() as state if isinstance(name, str):
                write_state(frame, state.space, name, value, target)
                kept = True
            case Instance() if _has_setter(frame, atom, name):
                pass
            case Record() | Instance():
                record = atom if isinstance(atom, Record) else atom.fields
                frame.note(value, Use.STORED, target)
                if isinstance(name, str):
                    record.entries[name] = value
                else:
                    record.open = True
                    frame.escape(value, target, "it is put under a key that is known only when it runs")
                kept = True
            case Items():
                atom.items.append(value)
                atom.exact = False
                kept = True
            case Ref() as ref:
                frame.note((ref,), Use.WHOLE, target)
                if isinstance(name, str):
                    frame.reader.overwrite(ref.slot, name, value)
                kept = True
            case _:
                pass
    if not kept:
        frame.escape(value, target, "it is stored where it is not followed")


def _has_setter(frame: Frame, instance: Instance, name: object) -> bool:
    """Whether the class makes something else of what is stored under this name."""
    return any(
        isinstance(node, ast.FunctionDef)
        and (node.name == "__setattr__" or (node.name == name and any(map(_is_setter, node.decorator_list))))
        for cls in lineage_of(frame.reader, instance.cls)
        for node in cls.node.body
    )


def _is_setter(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Attribute) and decorator.attr == "setter"


def _unpack(frame: Frame, target: ast.Tuple | ast.List, value: Value) -> None:
    starred = [place for place, each in enumerate(target.elts) if isinstance(each, ast.Starred)]
    parts: list[list[Value]] = [[] for _ in target.elts]
    for atom in value:
        match atom:
            case Items(exact=True) as items if not starred and len(items.items) == len(target.elts):
                for place, item in enumerate(items.items):
                    parts[place].append(item)
            case Items() as items:
                for part in parts:
                    part.append(union(items.items))
            case Ref() as ref if not starred:
                frame.note((ref,), Use.UNPACKED, target, len(target.elts))
                for place, part in enumerate(parts):
                    read = (Ref(ref.slot.item(place)),)
                    frame.note(read, Use.READ, target, Reading(required=True))
                    part.append(read)
            case Ref() as ref:
                frame.note((ref,), Use.ITERATED, target)
                for part in parts:
                    part.append((Ref(ref.slot.any_item()),))
            case _:
                pass
    for each, part in zip(target.elts, parts, strict=True):
        bind(frame, each, union(part))


def merged_names(*several: dict[str, Value]) -> dict[str, Value]:
    names = dict.fromkeys(name for each in several for name in each)
    return {name: either(each[name] for each in several if name in each) for name in names}


def iterated(frame: Frame, value: Value, node: ast.AST) -> Value:
    """What each turn of a loop over this value gets."""
    found: list[Value] = []
    for atom in value:
        match atom:
            case Items(items=items):
                found.extend(items)
            case Record() as record:
                found.append(tuple(Const(name) for name in record.entries))
            case Ref() as ref:
                frame.note((ref,), Use.ITERATED, node)
                found.append((Ref(ref.slot.any_item()),))
            case _:
                pass
    return union(found)
