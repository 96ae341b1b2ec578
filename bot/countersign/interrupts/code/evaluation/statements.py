"""Statements, in their order: what they bind, and which ways lead on from them."""

import ast
from collections.abc import Callable, Sequence
from typing import TypeAlias

from countersign.interrupts.code.evaluation.annotations import declared_shape
from countersign.interrupts.code.evaluation.binding import bind, iterated
from countersign.interrupts.code.evaluation.conditions.match_statements import (
    run_match,
)
from countersign.interrupts.code.evaluation.model.frame import Ending, Frame, LoopExits
from countersign.interrupts.code.evaluation.model.name_resolution import imported
from countersign.interrupts.code.evaluation.model.slots import (
    Check,
    Condition,
    Conditions,
    Refusal,
    Slot,
    Use,
)
from countersign.interrupts.code.evaluation.model.values import Class, Function, Value, union
from countersign.interrupts.code.evaluation.refusal import refuse, settle

_PREPARES = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Pass)  # what a loop does before it asks again
_CAUGHT_KEYS = {"KeyError", "LookupError", "Exception", "BaseException", "TypeError", "IndexError"}


def run(frame: Frame, body: Sequence[ast.stmt]) -> Ending | None:
    """Read a block; None if it falls through to what follows it.

    What a test left behind, such as `if answer != "yes": return`, holds for the rest of the block.
    """
    with frame.reader.under(()):
        for statement in body:
            frame.reader.step()
            handler = _HANDLERS.get(type(statement))
            if handler is not None:
                ending = handler(frame, statement)
                if ending is not None:
                    return ending
    return None


def _expression(frame: Frame, node: ast.Expr) -> None:
    frame.value(node.value)


def _assign(frame: Frame, node: ast.Assign) -> None:
    value = frame.value(node.value)
    for target in node.targets:
        bind(frame, target, value)


def _annotated(frame: Frame, node: ast.AnnAssign) -> None:
    if node.value is None:
        return
    value = frame.value(node.value)
    declared = declared_shape(frame, node.annotation)
    if declared is not None:
        frame.note(value, Use.DECLARED, node, declared)
    bind(frame, node.target, value)


def _augmented(frame: Frame, node: ast.AugAssign) -> None:
    loaded = ast.copy_location(_loading(node.target), node.target)
    made = frame.value(ast.copy_location(ast.BinOp(loaded, node.op, node.value), node))
    bind(frame, node.target, made)


def _loading(target: ast.expr) -> ast.expr:
    match target:
        case ast.Name():
            return ast.Name(target.id, ast.Load())
        case ast.Attribute():
            return ast.Attribute(target.value, target.attr, ast.Load())
        case ast.Subscript():
            return ast.Subscript(target.value, target.slice, ast.Load())
        case _:
            return target


def _return(frame: Frame, node: ast.Return) -> Ending:
    frame.returned.append(frame.value(node.value) if node.value is not None else ())
    return Ending.RETURN


def _raise(frame: Frame, node: ast.Raise) -> Ending:
    with frame.reader.display():
        for part in (node.exc, node.cause):
            if part is not None:
                frame.value(part)
    refuse(frame, node, raised=_error_name(node.exc))
    return Ending.RAISE


def _error_name(node: ast.expr | None) -> str:
    error = node.func if isinstance(node, ast.Call) else node
    return error.id if isinstance(error, ast.Name) else ""


def _if(frame: Frame, node: ast.If) -> Ending | None:
    """`if a or b: raise` refuses at each of the two, so it is read as one `if` after the other."""
    match node:
        case ast.If(test=ast.BoolOp(op=ast.Or(), values=operands), body=[ast.Raise() | ast.Continue()]):
            if not node.orelse:
                for operand in operands:
                    _branch(frame, ast.copy_location(ast.If(operand, node.body, []), node))
                return None
    return _branch(frame, node)


def _branch(frame: Frame, node: ast.If) -> Ending | None:
    reader = frame.reader
    when_true, when_false = frame.test(node.test)
    if not when_true and not when_false:
        when_true = when_false = (Condition(None, Check.OTHER),)
    before = dict(frame.names)
    with reader.under(when_true):
        yes = frame.run(node.body)
    after_yes, frame.names = frame.names, dict(before)
    with reader.under(when_false):
        no = frame.run(node.orelse)
    after_no = frame.names
    if yes is not None and no is not None:
        return yes if yes is no else Ending.RETURN
    if yes is not None:
        frame.names = after_no
        reader.conditions.extend(when_false)
    elif no is not None:
        frame.names = after_yes
        reader.conditions.extend(when_true)
    else:
        frame.names = _merged(after_yes, after_no)
    return None


def _merged(*several: dict[str, Value]) -> dict[str, Value]:
    names = dict.fromkeys(name for each in several for name in each)
    return {name: union(each.get(name, ()) for each in several) for name in names}


def _while(frame: Frame, node: ast.While) -> Ending | None:
    reader = frame.reader
    forever = isinstance(node.test, ast.Constant) and bool(node.test.value)
    asked: set[Slot] = set()
    reader.loops.append(asked)
    frame.loops.append(forever)
    frame.left.append(left := LoopExits())
    try:
        when_false: Conditions = ()
        for _ in range(2):  # the second time round, names hold what the first one left in them
            before = dict(frame.names)
            when_true, when_false = frame.test(node.test)
            with reader.under(when_true):
                if asked:
                    refuse(frame, node.test)
                _turn(frame, node.body, asked if forever else set())
            frame.names = _merged(before, frame.names, *left.continues)
    finally:
        reader.loops.pop()
        frame.loops.pop()
        frame.left.pop()
    if not forever:
        reader.conditions.extend(when_false)
        frame.names = _merged(frame.names, *left.breaks)
    elif left.breaks:
        frame.names = _merged(*left.breaks)
    frame.run(node.orelse)
    return None


def _turn(frame: Frame, body: Sequence[ast.stmt], asked: set[Slot]) -> None:
    """One turn of a loop. A turn that comes to its end, and did nothing else after its tests, asks again."""
    with frame.reader.under(()):
        for place, statement in enumerate(body):
            frame.reader.step()
            if asked and all(isinstance(each, _PREPARES) for each in body[place + 1 :]):
                frame.last_of_turn = statement
            handler = _HANDLERS.get(type(statement))
            if handler is not None and handler(frame, statement) is not None:
                return
        last = max((place for place, each in enumerate(body) if isinstance(each, ast.If)), default=-1)
        if asked and all(isinstance(each, _PREPARES) for each in body[last + 1 :]):
            refuse(frame, body[-1])


def _for(frame: Frame, node: ast.For | ast.AsyncFor) -> None:
    reader = frame.reader
    item = iterated(frame, frame.value(node.iter), node.iter)
    reader.loops.append(set())
    frame.loops.append(False)
    frame.left.append(left := LoopExits())
    try:
        for _ in range(2):
            before = dict(frame.names)
            bind(frame, node.target, item)
            with reader.under(()):
                frame.run(node.body)
            frame.names = _merged(before, frame.names, *left.continues)
    finally:
        reader.loops.pop()
        frame.loops.pop()
        frame.left.pop()
    frame.names = _merged(frame.names, *left.breaks)
    frame.run(node.orelse)


def _continue(frame: Frame, node: ast.Continue) -> Ending:
    if frame.loops and frame.loops[-1] and frame.reader.loops[-1]:
        refuse(frame, node)
    if frame.left:
        frame.left[-1].continues.append(dict(frame.names))
    return Ending.LOOP


def _break(frame: Frame, _node: ast.Break) -> Ending:
    if frame.left:
        frame.left[-1].breaks.append(dict(frame.names))
    return Ending.LOOP


def _try(frame: Frame, node: ast.Try | ast.TryStar) -> Ending | None:
    caught = any(_catches_missing_keys(handler) for handler in node.handlers)
    guarded = (Condition(None, Check.CAUGHT),) if caught else ()
    before = dict(frame.names)
    last_of_turn = frame.last_of_turn is node
    frame.reader.catching += bool(node.handlers)
    raised: list[Refusal] = []
    frame.reader.handled.append(raised)
    with frame.reader.under(guarded):
        ending = frame.run([*node.body, *node.orelse])
    frame.reader.handled.pop()
    frame.reader.catching -= bool(node.handlers)
    after = frame.names
    endings = [ending]
    for handler in node.handlers:
        frame.names = _merged(before, after)
        if handler.name:
            frame.names[handler.name] = ()
        endings.append(frame.run(handler.body))
        if endings[-1] is None:
            after = _merged(after, frame.names)
    frame.names = after
    settle(frame, raised, list(zip(node.handlers, endings[1:], strict=True)), asks_again=last_of_turn)
    final = frame.run(node.finalbody)
    if final is not None:
        return final
    return ending if all(each is not None for each in endings) else None


def _catches_missing_keys(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    named = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(each, ast.Name) and each.id in _CAUGHT_KEYS for each in named)


def _with(frame: Frame, node: ast.With | ast.AsyncWith) -> Ending | None:
    for item in node.items:
        value = frame.value(item.context_expr)
        if item.optional_vars is not None:
            bind(frame, item.optional_vars, value)
    frame.reader.catching += 1  # a context manager may suppress errors
    ending = frame.run(node.body)
    frame.reader.catching -= 1
    return ending


def _assert(frame: Frame, node: ast.Assert) -> None:
    when_true, when_false = frame.test(node.test)
    with frame.reader.under(when_false):
        refuse(frame, node, raised="AssertionError")
    frame.reader.conditions.extend(when_true)


def _define(frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    function = Function(frame.module, node, outer=frame, owner=frame.owner)
    frame.names[node.name] = (function,)
    frame.names[node.name] = frame.decorated(function, node)


def _define_class(frame: Frame, node: ast.ClassDef) -> None:
    frame.names[node.name] = (Class(frame.module, node),)


def _import(frame: Frame, node: ast.Import | ast.ImportFrom) -> None:
    for alias in node.names:
        frame.names[alias.asname or alias.name.split(".")[0]] = imported(
            frame.reader, frame.module, alias, node
        )


def _match(frame: Frame, node: ast.Match) -> Ending | None:
    return run_match(frame, node, _merged)


Handler: TypeAlias = Callable[..., "Ending | None"]

_HANDLERS: dict[type[ast.stmt], Handler] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.If: _if,
    ast.While: _while,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.Continue: _continue,
    ast.Break: _break,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Assert: _assert,
    ast.FunctionDef: _define,
    ast.AsyncFunctionDef: _define,
    ast.ClassDef: _define_class,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.Match: _match,
}
