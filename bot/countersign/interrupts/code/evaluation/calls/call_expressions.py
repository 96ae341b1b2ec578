"""Call expressions: resolves what is called and its arguments, and evaluates the graph's own functions."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from countersign.interrupts.code.evaluation.annotations import declared_shape
from countersign.interrupts.code.evaluation.binding import iterated
from countersign.interrupts.code.evaluation.calls.classes import (
    class_attribute,
    construct,
    method,
)
from countersign.interrupts.code.evaluation.calls.library_calls import (
    call_library,
)
from countersign.interrupts.code.evaluation.calls.methods import call_method
from countersign.interrupts.code.evaluation.key_access import write_state
from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.limits import MAX_CALL_DEPTH, MAX_CALL_DEPTH_FOR_NAMES
from countersign.interrupts.code.evaluation.model.slots import Use
from countersign.interrupts.code.evaluation.model.values import (
    Class,
    External,
    Function,
    Instance,
    Items,
    Opaque,
    OwnModule,
    Record,
    State,
    Subgraph,
    Value,
    constants,
    refs,
    union,
)

_DISPLAYS = re.compile(r"_*(print|pprint|rprint|secho|echo)|.*\.(print|rule|secho|echo)")
_LOGS = re.compile(r"(.*\.)?_*(log|logger|logging|LOG|LOGGER|console|st|writer|stream_writer)(\.\w+)?")
_INVOKES = {"invoke", "ainvoke", "stream", "astream", "run", "arun", "__call__", "remote", "submit"}


@dataclass(kw_only=True)
class Arguments:
    """`unpacked` is what is given as `**value` and is not a dict that the code writes out."""

    positional: list[Value] = field(default_factory=list)
    named: dict[str, Value] = field(default_factory=dict)
    unpacked: Value = ()

    def all(self) -> Value:
        return union([*self.positional, *self.named.values(), self.unpacked])

    def get(self, place: int, name: str) -> Value:
        if name in self.named:
            return self.named[name]
        return self.positional[place] if place < len(self.positional) else ()


def call_expression(frame: Frame, node: ast.Call) -> Value:
    written = dotted(node.func)
    if _DISPLAYS.fullmatch(written) or _LOGS.fullmatch(written):
        with frame.reader.display():
            arguments(frame, node)
        return ()
    if isinstance(node.func, ast.Attribute):
        receivers = frame.value(node.func.value)
        given = arguments(frame, node)
        found = [_on(frame, (receiver,), node.func.attr, given, node) for receiver in receivers]
        if receivers:
            return union(found)
        if node.func.attr in {"format", "join", "format_map"}:
            frame.note(given.all(), Use.SHOWN, node, deep=True)
        else:
            frame.escape(given.all(), node, f"it is passed to {written}()")
        return ()
    called = frame.value(node.func)
    given = arguments(frame, node)
    if not called or _may_be_foreign(called):
        frame.escape(given.all(), node, f"it is passed to {written}()")
        return ()
    return union(_called(frame, (atom,), given, node, written) for atom in called)


def _may_be_foreign(called: Value) -> bool:
    """Own code or a library's: `try: from library import check`, `except ImportError: def check(): ...`."""
    own = any(isinstance(atom, Function) for atom in called)
    return own and any(isinstance(atom, External | Opaque) for atom in called)


def _on(frame: Frame, receiver: Value, name: str, given: Arguments, node: ast.Call) -> Value:
    """`receiver.name(...)`."""
    atom = receiver[0]
    match atom:
        case OwnModule():
            members = frame.reader.member(atom.module, name)
            return union(_called(frame, (member,), given, node, name) for member in members)
        case External():
            return call_library(frame, External(f"{atom.name}.{name}"), given, node)
        case Instance():
            found = method(frame, atom, name)
            if found:
                return union(_called(frame, (each,), given, node, name) for each in found)
            return call_method(frame, receiver, name, given, node)
        case Class():
            found = class_attribute(frame, atom, name)
            if found:
                return union(_called(frame, (each,), given, node, name) for each in found)
            return call_method(frame, receiver, name, given, node)
        case Function():
            if name in _INVOKES:
                return _invoked(frame, atom, given, node)
            return receiver  # with_config(), bind(): still the same function
        case Subgraph():
            return _subgraph(frame, atom, name, given, node)
        case _:
            return call_method(frame, receiver, name, given, node)


def _called(frame: Frame, called: Value, given: Arguments, node: ast.Call, written: str) -> Value:
    atom = called[0]
    match atom:
        case Function():
            if any(refs(given.unpacked)):
                frame.note(given.unpacked, Use.MAPPING, node)
                frame.note(given.unpacked, Use.WHOLE, node)
            return call(frame, atom, given.positional, given.named, node)
        case Class():
            return construct(frame, atom, given.positional, given.named, given.unpacked, node)
        case External():
            return call_library(frame, atom, given, node)
        case Instance():
            found = method(frame, atom, "__call__")
            return union(_called(frame, (each,), given, node, written) for each in found)
        case _:
            frame.escape(given.all(), node, f"it is passed to {written}()")
            return ()


def _invoked(frame: Frame, function: Function, given: Arguments, node: ast.Call) -> Value:
    """`tool.invoke({...})`: the dict holds the arguments. A task or a runnable takes the value itself."""
    first = given.get(0, "input")
    records = [atom for atom in first if isinstance(atom, Record)]
    names = {argument.arg for argument in parameters(function.node)}
    if len(records) == 1 and records[0].entries and set(records[0].entries) <= names:
        return call(frame, function, [], records[0].entries, node)
    return call(frame, function, given.positional, given.named, node)


def _subgraph(frame: Frame, graph: Subgraph, name: str, given: Arguments, node: ast.Call) -> Value:
    """A graph called as a function: its input goes into its state, and it gives its state back."""
    if name not in _INVOKES:
        return (graph,)
    for atom in given.get(0, "input"):
        if isinstance(atom, Record):
            for key, value in atom.entries.items():
                write_state(frame, graph.space, key, value, node)
        elif any(refs((atom,), deep=True)):
            frame.escape((atom,), node, f"it is passed to {dotted(node.func)}()")
    return (State(graph.space),)


def arguments(frame: Frame, node: ast.Call) -> Arguments:
    given = Arguments()
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            value = frame.value(argument.value)
            exact = [atom for atom in value if isinstance(atom, Items) and atom.exact]
            if len(exact) == len(value) == 1:
                given.positional.extend(exact[0].items)
            else:
                given.positional.append(iterated(frame, value, argument))
        else:
            given.positional.append(frame.value(argument))
    for keyword in node.keywords:
        value = frame.value(keyword.value)
        if keyword.arg is not None:
            given.named[keyword.arg] = value
            continue
        for atom in value:
            if isinstance(atom, Record):
                given.named |= atom.entries
            else:
                given.unpacked = (*given.unpacked, atom)
    return given


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def call(
    frame: Frame, function: Function, positional: Sequence[Value], named: Mapping[str, Value], node: ast.AST
) -> Value:
    """Read the body with these arguments, and give what it returns. A recursion is read once."""
    reader = frame.reader
    if any(entry[-1] is function.node for entry in reader.calls):
        return ()
    if reader.ignoring_evidence and len(reader.calls) >= MAX_CALL_DEPTH_FOR_NAMES:
        return ()
    if len(reader.calls) >= MAX_CALL_DEPTH:
        frame.escape(union([*positional, *named.values()]), node, "it goes through too many calls")
        return ()
    outer = function.outer or reader.enclosing_scope(function.module, function.node)
    inner = Frame(reader, function.module, outer=outer, owner=function.owner)
    inner.function = function.node
    if function.wrapper:  # the decorator may give it other arguments, or none
        frame.escape(union([*positional, *named.values()]), node, _through(function))
        positional, named = [_without_answers(each) for each in positional], {}
    _bind_parameters(inner, function, [*function.given, *positional], {**function.named, **named})
    line, column = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
    reader.calls.append((frame.module.file, line, column, function.node))
    depth, reader.depth = reader.depth, 0
    try:
        if isinstance(function.node, ast.Lambda):
            return inner.value(function.node.body)
        inner.run(function.node.body)
    finally:
        reader.calls.pop()
        reader.depth = depth
    result = union(inner.returned)
    declared = declared_shape(reader.scope(function.module), function.node.returns)
    if declared is not None and any(refs(result)):
        inner.note(result, Use.DECLARED, function.node, declared)
    if function.wrapper and any(refs(result, deep=True)):
        frame.escape(result, node, _through(function))
        return ()
    return result


def _through(function: Function) -> str:
    return f"it goes through the decorator {function.wrapper}"


def _without_answers(value: Value) -> Value:
    return () if any(refs(value, deep=True)) else value


def _bind_parameters(
    inner: Frame, function: Function, positional: Sequence[Value], named: Mapping[str, Value]
) -> None:
    node = function.node
    takes = [*node.args.posonlyargs, *node.args.args]
    given = [*_instance(function), *positional]
    defaults = dict(zip(reversed(takes), reversed(node.args.defaults), strict=False))
    keyword_only = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    defaults |= {argument: default for argument, default in keyword_only if default is not None}
    for place, argument in enumerate([*takes, *node.args.kwonlyargs]):
        if place < len(takes) and place < len(given):
            value = given[place]
        elif argument.arg in named:
            value = named[argument.arg]
        elif argument in defaults:
            with inner.reader.ignore_evidence():
                value = inner.value(defaults[argument])
        else:
            value = ()
        inner.names[argument.arg] = value
        declared = declared_shape(inner.reader.scope(function.module), argument.annotation)
        if declared is not None:
            inner.note(value, Use.DECLARED, argument, declared)
    if node.args.vararg is not None:
        inner.names[node.args.vararg.arg] = (Items(list(given[len(takes) :])),)
    if node.args.kwarg is not None:
        known = {argument.arg for argument in parameters(node)}
        rest = {name: value for name, value in named.items() if name not in known}
        inner.names[node.args.kwarg.arg] = (Record(rest),)


def _instance(function: Function) -> list[Value]:
    """What a method gets as its first argument."""
    if not function.instance or isinstance(function.node, ast.Lambda):
        return []
    decorators = {getattr(d, "id", "") for d in function.node.decorator_list}
    if "staticmethod" in decorators:
        return []
    return [function.instance]


def dotted(node: ast.expr) -> str:
    """What is called, as it is written, where it is a name or a chain of attributes."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "…")
    return ".".join(reversed(parts))


__all__ = ["Arguments", "call", "call_expression", "constants", "dotted", "parameters"]
