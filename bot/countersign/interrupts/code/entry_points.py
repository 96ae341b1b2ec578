"""Functions that LangGraph calls: their arguments, and what LangGraph does with their results."""

import ast

from countersign.interrupts.code.evaluation.annotations import declared_shape
from countersign.interrupts.code.evaluation.calls.next_nodes import note_next_node
from countersign.interrupts.code.evaluation.key_access import update_state
from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.modules import FunctionNode
from countersign.interrupts.code.evaluation.model.slots import Comparison, Use
from countersign.interrupts.code.evaluation.model.values import (
    Function,
    Items,
    Ref,
    State,
    Value,
    refs,
    union,
)
from countersign.interrupts.code.shape import Scalar
from countersign.interrupts.code.source import Role


def arguments_of(function: Function, role: Role, space: str, given: int) -> list[Value]:
    """The state comes first, after what is bound already; a tool gets none of it but what is injected."""
    takes = [*function.node.args.posonlyargs, *function.node.args.args]
    own = takes[1:] if function.instance else takes
    nothing: list[Value] = [() for _ in own]  # not even the defaults are certain
    if role in {Role.NODE, Role.BRANCH}:
        return [*nothing[:given], (State(space),), *nothing[given + 1 :]]
    if role is Role.TOOL:
        return [(State(space),) if _is_injected(argument) else () for argument in own]
    return nothing


def _is_injected(argument: ast.arg) -> bool:
    return argument.annotation is not None and any(
        (isinstance(node, ast.Name) and node.id == "InjectedState")
        or (isinstance(node, ast.Attribute) and node.attr == "InjectedState")
        for node in ast.walk(argument.annotation)
    )


def take_result(
    frame: Frame, role: Role, result: Value, node: FunctionNode, ends: tuple[Scalar, ...]
) -> None:
    """What LangGraph does with what the function returned."""
    reader = frame.reader
    if role is Role.NODE:
        update_state(frame, _flattened(result), node)
    elif role is Role.BRANCH:
        if ends:
            for ref in refs(result):
                compared = Comparison(ends, lowered=ref.lowered, stripped=ref.stripped)
                frame.note((ref,), Use.COMPARED, node, compared)
                frame.note((ref,), Use.CHOSEN, node, compared)
        else:
            note_next_node(frame, result, node)
    elif role is Role.TOOL:
        declared = declared_shape(frame, reader.returns)
        if declared is None:
            frame.note(tuple(refs(result)), Use.TEXT, node)
            frame.note(tuple(a for a in result if not isinstance(a, Ref)), Use.SHOWN, node, deep=True)


def _flattened(value: Value) -> Value:
    return union((*(value,), *(item for atom in value if isinstance(atom, Items) for item in atom.items)))
