"""The next nodes of a run, from LangGraph's `Command` and `Send` and the functions of edges."""

import ast
from typing import TYPE_CHECKING

from countersign.interrupts.code.evaluation.annotations import declared_shape
from countersign.interrupts.code.evaluation.key_access import update_state, write_state
from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.slots import Comparison, Use
from countersign.interrupts.code.evaluation.model.values import Record, Ref, Value, refs
from countersign.interrupts.code.shape import OneOf

if TYPE_CHECKING:
    from countersign.interrupts.code.evaluation.calls.call_expressions import Arguments


def command(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    """`Command(update=..., goto=...)`: the update goes into the state, and an answer may be where to go."""
    update_state(frame, given.named.get("update", ()), node)
    note_next_node(frame, given.named.get("goto", ()), node)
    return ()


def note_next_node(frame: Frame, value: Value, node: ast.AST) -> None:
    """An answer names the next node; which nodes there are is in `Command[Literal[...]]`, if anywhere."""
    if not any(refs(value)):
        return
    annotation = frame.reader.returns
    inner = annotation.slice if isinstance(annotation, ast.Subscript) else annotation
    declared = declared_shape(frame, inner) or declared_shape(frame, annotation)
    if isinstance(declared, OneOf):
        for ref in refs(value):
            compared = Comparison(declared.values, lowered=ref.lowered, stripped=ref.stripped)
            frame.note((ref,), Use.COMPARED, node, compared)
            frame.note((ref,), Use.CHOSEN, node, compared)
    else:
        frame.escape(value, node, "it names the next node, and the nodes are not written down")


def send(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    """`Send(node, arg)`: what is in `arg` is the state that the node is given."""
    for atom in given.get(1, "arg"):
        if isinstance(atom, Record):
            for key, value in atom.entries.items():
                write_state(frame, frame.reader.space, key, value, node)
        elif isinstance(atom, Ref):
            frame.escape((atom,), node, "it is sent to another node")
    note_next_node(frame, given.get(0, "node"), node)
    return ()
