"""What each kind of expression stands for."""

import ast
from collections.abc import Callable

from countersign.interrupts.code.evaluation.calls.call_expressions import (
    call_expression,
)
from countersign.interrupts.code.evaluation.calls.classes import (
    class_attribute,
    method,
)
from countersign.interrupts.code.evaluation.conditions.boolean_tests import (
    guard,
    test,
)
from countersign.interrupts.code.evaluation.containers import (
    comprehension,
    dict_display,
    looked_up,
    sequence_display,
    spread,
)
from countersign.interrupts.code.evaluation.key_access import key_of, state_key
from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.slots import JOINED, Use
from countersign.interrupts.code.evaluation.model.values import (
    Class,
    Const,
    External,
    Function,
    Instance,
    Items,
    Outcome,
    OwnModule,
    Record,
    Ref,
    State,
    Subgraph,
    Template,
    Value,
    constants,
    refs,
    union,
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
    frame.names[node.target.id] = value
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
    with frame.reader.under(when_false):
        no = frame.value(node.orelse)
    return union((yes, no))


def _bool_op(frame: Frame, node: ast.BoolOp) -> Value:
    """`answer or "nothing"` gives one of its operands, and the last takes the place of an empty one."""
    found: list[Value] = []
    conditions: list[object] = []
    with frame.reader.under(()):
        for position, operand in enumerate(node.values):
            last = position == len(node.values) - 1
            value = frame.value(operand)
            found.append(value)
            if last:
                break
            when_true, when_false = guard(value)
            frame.reader.conditions.extend(when_false if isinstance(node.op, ast.Or) else when_true)
            conditions.append((when_true, when_false))
    if isinstance(node.op, ast.Or):
        defaults = constants(found[-1])
        empty = any(isinstance(atom, Record | Items) for atom in found[-1])
        for value in found[:-1]:
            if defaults is not None and len(defaults) == 1:
                frame.note(value, Use.DEFAULT, node, defaults[0])
            elif empty and any(isinstance(atom, Record) for atom in found[-1]):
                frame.note(value, Use.MAPPING, node)
    if all(isinstance(atom, Outcome) for value in found for atom in value) and all(found):
        return (Outcome(*test(frame, node)),)
    return union(found)


def _not(frame: Frame, node: ast.UnaryOp) -> Value:
    if isinstance(node.op, ast.Not):
        return (Outcome(*frame.test(node)),)
    value = frame.value(node.operand)
    if isinstance(node.op, ast.USub):
        numbers = constants(value)
        if numbers and all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
            return tuple(Const(-n) for n in numbers if isinstance(n, int | float))
    frame.note(value, Use.NUMBER, node)
    return ()


def _compare(frame: Frame, node: ast.Compare) -> Value:
    return (Outcome(*frame.test(node)),)


def _binary(frame: Frame, node: ast.BinOp) -> Value:
    left, right = frame.value(node.left), frame.value(node.right)
    if isinstance(node.op, ast.Add):
        texts = [_parts(left), _parts(right)]
        if any(part is not None for part in texts):
            frame.note(left, Use.TEXT, node, JOINED)
            frame.note(right, Use.TEXT, node, JOINED)
            return (Template(tuple(piece for part in texts for piece in (part or (None,)))),)
        lists = [atom for atom in (*left, *right) if isinstance(atom, Items)]
        if lists:
            return (Items([item for atom in lists for item in atom.items], exact=False),)
    if isinstance(node.op, ast.BitOr):
        if _is_type(left) and _is_type(right):
            return (Items([left, right]),)  # `isinstance(answer, int | float)`
        records = [atom for atom in (*left, *right) if isinstance(atom, Record)]
        if records:
            merged = Record({})
            spread(frame, merged, left, node)
            spread(frame, merged, right, node)
            return (merged,)
    if isinstance(node.op, ast.Mod) and _parts(left) is not None:
        frame.note(right, Use.SHOWN, node, deep=True)
        return (Template((None,)),)
    numbers = constants(left if list(refs(right)) else right)
    numeric = numbers is not None and all(
        isinstance(n, int | float) and not isinstance(n, bool) for n in numbers
    )
    if numeric or isinstance(node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.Pow):
        frame.note((*left, *right), Use.NUMBER, node)
    else:
        frame.escape((*left, *right), node, "it is added to something that is known only when it runs")
    return ()


def _is_type(value: Value) -> bool:
    """Whether it is a type, `None`, or an alternative of types."""
    return bool(value) and all(
        isinstance(atom, External | Class)
        or atom == Const(None)
        or (isinstance(atom, Items) and all(map(_is_type, atom.items)))
        for atom in value
    )


def _parts(value: Value) -> tuple[str | None, ...] | None:
    """The pieces of a text, as far as they are known; None if it may be no text."""
    if len(value) != 1:
        return None
    match value[0]:
        case Const(value=str() as text):
            return (text,)
        case Template(parts=parts):
            return parts
        case _:
            return None


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
    ast.BoolOp: _bool_op,
    ast.UnaryOp: _not,
    ast.Compare: _compare,
    ast.BinOp: _binary,
    ast.JoinedStr: _formatted,
    ast.Lambda: _lambda,
    ast.Starred: _starred,
    ast.Call: call_expression,
}
