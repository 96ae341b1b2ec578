"""Tests of a type: `isinstance(answer, str)`, `type(answer) is str`."""

import ast

from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.slots import (
    Check,
    Condition,
    Conditions,
    Kind,
    Use,
    negated,
)
from countersign.interrupts.code.evaluation.model.values import (
    Class,
    Const,
    External,
    Items,
    Value,
    refs,
)

KINDS = {
    "str": Kind.TEXT,
    "bool": Kind.BOOLEAN,
    "int": Kind.INTEGER,
    "float": Kind.NUMBER,
    "complex": Kind.NUMBER,
    "Number": Kind.NUMBER,
    "Real": Kind.NUMBER,
    "Integral": Kind.INTEGER,
    "dict": Kind.OBJECT,
    "Mapping": Kind.OBJECT,
    "MutableMapping": Kind.OBJECT,
    "list": Kind.LIST,
    "tuple": Kind.LIST,
    "Sequence": Kind.LIST,
    "NoneType": Kind.NONE,
}


def compared_type(
    frame: Frame, node: ast.Compare, left: ast.expr, operator: ast.cmpop, right: ast.expr
) -> tuple[Conditions, Conditions] | None:
    """`type(answer) is str`."""
    if not (
        isinstance(left, ast.Call)
        and isinstance(left.func, ast.Name)
        and left.func.id == "type"
        and left.args
    ):
        return None
    yes, no = is_kind(frame, node, frame.value(left.args[0]), frame.value(right))
    return (no, yes) if isinstance(operator, ast.NotEq | ast.IsNot) else (yes, no)


def is_kind(frame: Frame, node: ast.AST, value: Value, classes: Value) -> tuple[Conditions, Conditions]:
    """`isinstance(value, classes)`."""
    kinds, clear = _kinds(classes)
    for ref in refs(value):
        if ref.converted:
            continue
        for kind in kinds:
            frame.note((ref,), Use.IS, node, kind)
        if not clear:
            frame.escape((ref,), node, "it is tested for a type that JSON does not have")
    if not kinds:
        return (), ()
    holds = tuple(Condition(ref.slot, Check.IS, tuple(kind.value for kind in kinds)) for ref in refs(value))
    return holds, negated(holds)


def _kinds(classes: Value) -> tuple[list[Kind], bool]:
    """The kinds of JSON that a type, or a tuple of them, stands for; and whether that is all of it."""
    kinds: list[Kind] = []
    clear = True
    for atom in classes:
        match atom:
            case External() as external if external.last in KINDS:
                kinds.append(KINDS[external.last])
            case Items(items=items):
                for item in items:
                    inner, whole = _kinds(item)
                    kinds.extend(inner)
                    clear = clear and whole
            case Const(value=None):
                kinds.append(Kind.NONE)
            case Class():
                clear = False
            case _:
                clear = False
    return kinds, clear and bool(kinds)
