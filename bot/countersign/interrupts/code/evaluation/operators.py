"""`and`, `or`, `not`, comparisons and arithmetic."""

import ast

from countersign.interrupts.code.evaluation.conditions.boolean_tests import guard, test
from countersign.interrupts.code.evaluation.containers import unpack_mapping
from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.slots import JOINED, Use
from countersign.interrupts.code.evaluation.model.values import (
    Class,
    Const,
    External,
    Items,
    Outcome,
    Record,
    Template,
    Value,
    constants,
    refs,
    union,
)


def boolean_operation(frame: Frame, node: ast.BoolOp) -> Value:
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


def unary_operation(frame: Frame, node: ast.UnaryOp) -> Value:
    if isinstance(node.op, ast.Not):
        return (Outcome(*frame.test(node)),)
    value = frame.value(node.operand)
    if isinstance(node.op, ast.USub):
        numbers = constants(value)
        if numbers and all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
            return tuple(Const(-n) for n in numbers if isinstance(n, int | float))
    frame.note(value, Use.NUMBER, node)
    return ()


def comparison(frame: Frame, node: ast.Compare) -> Value:
    return (Outcome(*frame.test(node)),)


def binary_operation(frame: Frame, node: ast.BinOp) -> Value:
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
            unpack_mapping(frame, merged, left, node)
            unpack_mapping(frame, merged, right, node)
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
