"""Evaluates each kind of expression."""

import ast
from collections.abc import Callable

from countersign.interrupts.code.evaluation.binding import bind_around_comprehension
from countersign.interrupts.code.evaluation.calls.call_expressions import (
    call_expression,
)
from countersign.interrupts.code.evaluation.calls.classes import (
    class_attribute,
    method,
)
from countersign.interrupts.code.evaluation.containers import (
    comprehension,
    dict_display,
    looked_up,
    sequence_display,
)
from countersign.interrupts.code.evaluation.key_access import key_of, state_key
from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.slots import Use
from countersign.interrupts.code.evaluation.model.values import (
    Class,
    Const,
    External,
    Function,
    Instance,
    Items,
    Member,
    OwnModule,
    Record,
    Ref,
    State,
    Subgraph,
    Template,
    Value,
    constants,
    union,
)
from countersign.interrupts.code.evaluation.operators import (
    binary_operation,
    boolean_operation,
    comparison,
    unary_operation,
)


def evaluate(frame: Frame, node: ast.expr) -> Value:
    """The alternatives that the expression may stand for; uses of answers in it are noted on the way."""
    handler = _HANDLERS.get(type(node))
    if handler is not None:
        return handler(frame, node)
    for child in ast.iter_child_nodes(node):  # nothing is known of the whole, but its parts are still read
        if isinstance(child, ast.expr):
            frame.value(child)
    return ()


def _constant(_: Frame, node: ast.Constant) -> Value:
    value = node.value
    return (Const(value),) if value is None or isinstance(value, bool | int | float | str) else ()


def _name(frame: Frame, node: ast.Name) -> Value:
    return frame.lookup(node.id)


def _walrus(frame: Frame, node: ast.NamedExpr) -> Value:
    value = frame.value(node.value)
    bind_around_comprehension(frame, node.target, value)
    return value


def _await(frame: Frame, node: ast.Await) -> Value:
    return frame.value(node.value)


def _attribute(frame: Frame, node: ast.Attribute) -> Value:
    return union(_attribute_of(frame, (atom,), node) for atom in frame.value(node.value))


def _attribute_of(frame: Frame, value: Value, node: ast.Attribute) -> Value:
    name = node.attr
    match value[0]:
        case External() as external:
            return (External(f"{external.name}.{name}"),)
        case OwnModule() as own:
            return frame.reader.member(own.module, name)
        case State() as state:
            return state_key(frame, state, name)
        case Class() as cls:
            return class_attribute(frame, cls, name)
        case Instance() as instance:
            if name in instance.fields.entries:
                return instance.fields.entries[name]
            return method(frame, instance, name) or class_attribute(frame, instance.cls, name)
        case Record() as record:
            return record.entries.get(name, ())
        case Const():
            return value if name == "value" else ()  # of a member of an enum
        case Member() as member:
            return (Const(member.value),) if name == "value" else ()
        case Ref() as ref:
            if name == "value" and any(e.use is Use.CHOSEN for e in ref.slot.evidence):
                return value
            frame.escape(value, node, f"its attribute .{name} is read, and JSON has no attributes")
            return ()
        case _:
            return ()


def _subscript(frame: Frame, node: ast.Subscript) -> Value:
    value = frame.value(node.value)
    if isinstance(node.slice, ast.Slice):
        for bound in (node.slice.lower, node.slice.upper, node.slice.step):
            if bound is not None:
                frame.value(bound)
        frame.note(value, Use.SHOWN, node)
        return tuple(atom for atom in value if isinstance(atom, Items))
    key = frame.value(node.slice)
    return union(_subscript_of(frame, (atom,), key, node) for atom in value)


def _subscript_of(frame: Frame, value: Value, key: Value, node: ast.expr) -> Value:
    match value[0]:
        case Ref() as ref:
            return key_of(frame, ref, key, node, required=True)
        case State() as state:
            return union(
                state_key(frame, state, name) for name in constants(key) or () if isinstance(name, str)
            )
        case Record() as record:
            return looked_up(frame, record, key, node, chosen=True)
        case Instance() as instance:
            return looked_up(frame, instance.fields, key, node, chosen=False)
        case Items() as items:
            frame.note(key, Use.INTEGER, node)
            places = constants(key)
            if items.exact and places is not None and len(places) == 1:
                place = places[0]
                if isinstance(place, int) and -len(items.items) <= place < len(items.items):
                    return items.items[place]
            return union(items.items)
        case Subgraph():
            return value
        case _:
            return ()


def _conditional(frame: Frame, node: ast.IfExp) -> Value:
    when_true, when_false = frame.test(node.test)
    with frame.reader.under(when_true):
        yes = frame.value(node.body)
        frame.note(yes, Use.KEPT, node)
    with frame.reader.under(when_false):
        no = frame.value(node.orelse)
        frame.note(no, Use.KEPT, node)
    return union((yes, no))


def _formatted(frame: Frame, node: ast.JoinedStr) -> Value:
    parts: list[str | None] = []
    for piece in node.values:
        if isinstance(piece, ast.FormattedValue):
            value = frame.value(piece.value)
            if not frame.reader.displaying:
                frame.note(value, Use.SHOWN, node, deep=True)
            known = constants(value)
            parts.append(str(known[0]) if known is not None and len(known) == 1 else None)
        elif isinstance(piece, ast.Constant):
            parts.append(str(piece.value))
    if all(part is not None for part in parts):
        return (Const("".join(part for part in parts if part is not None)),)
    return (Template(tuple(parts)),)


def _lambda(frame: Frame, node: ast.Lambda) -> Value:
    return (Function(frame.module, node, outer=frame, owner=frame.owner),)


def _starred(frame: Frame, node: ast.Starred) -> Value:
    return frame.value(node.value)


_HANDLERS: dict[type[ast.expr], Callable[..., Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.NamedExpr: _walrus,
    ast.Await: _await,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Dict: dict_display,
    ast.List: sequence_display,
    ast.Tuple: sequence_display,
    ast.Set: sequence_display,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.DictComp: comprehension,
    ast.IfExp: _conditional,
    ast.BoolOp: boolean_operation,
    ast.UnaryOp: unary_operation,
    ast.Compare: comparison,
    ast.BinOp: binary_operation,
    ast.JoinedStr: _formatted,
    ast.Lambda: _lambda,
    ast.Starred: _starred,
    ast.Call: call_expression,
}
