"""Evaluates statements in order: what they bind, and how control flow continues."""

import ast
from collections.abc import Callable, Sequence
from typing import TypeAlias

from countersign.interrupts.code.evaluation.annotations import declared_shape
from countersign.interrupts.code.evaluation.binding import bind, merged_names
from countersign.interrupts.code.evaluation.conditions.match_statements import run_match
from countersign.interrupts.code.evaluation.discarding import discard, discard_unread
from countersign.interrupts.code.evaluation.key_access import forget_key, key_of, take_item
from countersign.interrupts.code.evaluation.loops import run_break, run_continue, run_for, run_while
from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.language import Ending
from countersign.interrupts.code.evaluation.model.name_resolution import resolve_import
from countersign.interrupts.code.evaluation.model.slots import (
    Check,
    Condition,
    Refusal,
    Use,
)
from countersign.interrupts.code.evaluation.model.values import (
    Atom,
    Class,
    Function,
    Instance,
    Items,
    Record,
    Ref,
    Value,
    constants,
)
from countersign.interrupts.code.evaluation.refusal import refuse, resolve_raised

_CAUGHT_KEYS = {"KeyError", "LookupError", "Exception", "BaseException", "TypeError", "IndexError"}


def run(frame: Frame, body: Sequence[ast.stmt]) -> Ending | None:
    """Read a block; None if it falls through to what follows it.

    What a test left behind, such as `if answer != "yes": return`, holds for the rest of the block.
    """
    with frame.reader.under(()):
        for statement in body:
            frame.reader.step()
            ending = _run_statement(frame, statement)
            if ending is not None:
                return ending
    return None


def _run_statement(frame: Frame, statement: ast.stmt) -> Ending | None:
    handler = _HANDLERS.get(type(statement))
    return handler(frame, statement) if handler is not None else None


def _while(frame: Frame, node: ast.While) -> Ending | None:
    return run_while(frame, node, _run_statement)


def _expression(frame: Frame, node: ast.Expr) -> None:
    discard(frame, frame.value(node.value), node)


def _assign(frame: Frame, node: ast.Assign) -> None:
    value = frame.value(node.value)
    discard_unread(frame, node.targets, value, node)
    for target in node.targets:
        bind(frame, target, value)


def _annotated(frame: Frame, node: ast.AnnAssign) -> None:
    if node.value is None:
        return
    value = frame.value(node.value)
    declared = declared_shape(frame, node.annotation)
    if declared is not None:
        frame.note(value, Use.DECLARED, node, declared)
    discard_unread(frame, [node.target], value, node)
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
        frame.names = merged_names(after_yes, after_no)
    return None


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
        frame.names = merged_names(before, after)
        if handler.name:
            frame.names[handler.name] = ()
        endings.append(frame.run(handler.body))
        if endings[-1] is None:
            after = merged_names(after, frame.names)
    frame.names = after
    resolve_raised(frame, raised, list(zip(node.handlers, endings[1:], strict=True)), asks_again=last_of_turn)
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


def _delete(frame: Frame, node: ast.Delete) -> None:
    """`del answer["key"]` reads the key, which must be there, and takes it out."""
    for target in node.targets:
        match target:
            case ast.Name(id=name) if name not in frame.rebinds:
                frame.names.pop(name, None)
            case ast.Subscript(value=container, slice=written):
                key = frame.value(written)
                for atom in frame.value(container):
                    _take_out(frame, atom, key, target)
            case _:
                pass


def _take_out(frame: Frame, atom: Atom, key: Value, node: ast.AST) -> None:
    match atom:
        case Ref() as ref if all(isinstance(name, str) for name in constants(key) or (None,)):
            key_of(frame, ref, key, node, required=True)
            forget_key(frame, ref, key)
        case Ref() as ref:
            take_item(frame, ref, node)
        case Record() | Instance():
            record = atom if isinstance(atom, Record) else atom.fields
            for name in constants(key) or ():
                record.entries.pop(str(name), None)
        case Items() as items:
            items.exact = False
        case _:
            pass


def _define(frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    function = Function(frame.module, node, outer=frame, owner=frame.owner)
    frame.names[node.name] = (function,)
    frame.names[node.name] = frame.decorated(function, node)


def _rebind(frame: Frame, node: ast.Nonlocal | ast.Global) -> None:
    frame.rebinds.update(node.names)


def _define_class(frame: Frame, node: ast.ClassDef) -> None:
    frame.names[node.name] = (Class(frame.module, node),)


def _import(frame: Frame, node: ast.Import | ast.ImportFrom) -> None:
    for alias in node.names:
        frame.names[alias.asname or alias.name.split(".")[0]] = resolve_import(
            frame.reader, frame.module, alias, node
        )


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
    ast.For: run_for,
    ast.AsyncFor: run_for,
    ast.Continue: run_continue,
    ast.Break: run_break,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Assert: _assert,
    ast.Delete: _delete,
    ast.FunctionDef: _define,
    ast.AsyncFunctionDef: _define,
    ast.ClassDef: _define_class,
    ast.Nonlocal: _rebind,
    ast.Global: _rebind,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.Match: run_match,
}
