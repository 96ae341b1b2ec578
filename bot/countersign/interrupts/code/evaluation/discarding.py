"""Detects answers that the code discards: the question only pauses the run."""

import ast
from collections.abc import Sequence

from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.slots import Use
from countersign.interrupts.code.evaluation.model.values import Ref, Value

_READ_ALL_NAMES = frozenset({"locals", "vars", "eval", "exec"})


def discard(frame: Frame, value: Value, node: ast.AST) -> None:
    """The statement drops what it has computed."""
    if all(isinstance(atom, Ref) for atom in value):
        frame.note(value, Use.DISCARDED, node)


def discard_unread(frame: Frame, targets: Sequence[ast.expr], value: Value, node: ast.AST) -> None:
    """The value is assigned to names that nothing in the function reads."""
    if any(isinstance(atom, Ref) for atom in value) and not any(_is_read(frame, each) for each in targets):
        discard(frame, value, node)


def _is_read(frame: Frame, target: ast.expr) -> bool:
    """A name of the module may be read anywhere."""
    if not isinstance(target, ast.Name) or frame.function is None:
        return True
    return any(_may_read(node, target.id) for node in ast.walk(frame.function))


def _may_read(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=used, ctx=ast.Load()):
            return used == name or used in _READ_ALL_NAMES
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return name in names
        case ast.AugAssign(target=ast.Name(id=used)):
            return used == name
        case _:
            return False
