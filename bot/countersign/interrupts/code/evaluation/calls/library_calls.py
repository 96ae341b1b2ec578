"""Calls of LangGraph, LangChain and Python's own library, as far as they do something with an answer."""

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from countersign.interrupts.code.evaluation.annotations import declared_shape
from countersign.interrupts.code.evaluation.binding import iterated
from countersign.interrupts.code.evaluation.calls.interrupt_calls import ask
from countersign.interrupts.code.evaluation.calls.next_nodes import command, send
from countersign.interrupts.code.evaluation.conditions.boolean_tests import truth
from countersign.interrupts.code.evaluation.conditions.type_tests import is_kind
from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.slots import (
    CONVERTED,
    DECIMAL,
    PARSED_AS_JSON,
    Kind,
    Use,
)
from countersign.interrupts.code.evaluation.model.values import (
    Adapter,
    Const,
    External,
    Function,
    Items,
    Outcome,
    Record,
    Ref,
    Template,
    Value,
    constants,
    refs,
    union,
)

if TYPE_CHECKING:
    from countersign.interrupts.code.evaluation.calls.call_expressions import (
        Arguments,
    )

Handler: TypeAlias = Callable[[Frame, "Arguments", ast.Call], Value]

_MESSAGES = {"HumanMessage", "AIMessage", "SystemMessage", "ToolMessage", "ChatMessage", "FunctionMessage"}
_WRAPS = {
    "tool",
    "task",
    "entrypoint",
    "traceable",
    "RunnableLambda",
    "from_function",
}
_TAKES_TEXT = {
    "re",
    "datetime",
    "uuid",
    "pathlib",
    "shlex",
    "urllib",
    "html",
    "textwrap",
    "hashlib",
    "base64",
}


def call_library(frame: Frame, called: External, given: "Arguments", node: ast.Call) -> Value:
    """What a library's function gives; an answer is not followed into one that is not known here."""
    if called.name in _INTERRUPTS:
        return ask(frame, given, node)
    name = called.last
    if called.name.startswith("builtins.") and name in _BUILTINS:
        return _BUILTINS[name](frame, given, node)
    if name in _NAMED:
        return _NAMED[name](frame, given, node)
    if name in _MESSAGES:
        frame.note(given.get(0, "content"), Use.TEXT, node)
        return ()
    if name in _WRAPS:
        return tuple(atom for atom in given.all() if isinstance(atom, Function))
    if called.name.split(".")[0] in _TAKES_TEXT:
        frame.note(given.all(), Use.TEXT, node)
        return ()
    if name == "get_stream_writer":
        return (External("langgraph.config.stream_writer"),)
    if name == "stream_writer" or _is_error(name):
        return ()
    frame.escape(given.all(), node, f"it is passed to {name}()")
    return ()


def _is_error(name: str) -> bool:
    return name.endswith(("Error", "Exception", "Interrupt", "Warning"))


def _str(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    value = given.get(0, "object")
    if not frame.reader.displaying:
        frame.note(value, Use.SHOWN, node, deep=True)
    return tuple(
        Ref(atom.slot, atom.lowered, atom.stripped, converted=True, from_state=atom.from_state)
        if isinstance(atom, Ref)
        else atom
        for atom in value
        if isinstance(atom, Ref | Const | Template)
    )


def _number(use: Use, detail: str | None = None) -> Handler:
    def handle(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
        value = given.get(0, "x")
        frame.note(value, use, node, detail)
        return tuple(Ref(ref.slot, converted=True, from_state=ref.from_state) for ref in refs(value))

    return handle


def _noting(use: Use) -> Handler:
    def handle(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
        frame.note(given.get(0, ""), use, node)
        return ()

    return handle


def _bool(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    return (Outcome(*truth(frame, given.get(0, "x"), node)),)


def _isinstance(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    return (Outcome(*is_kind(frame, node, given.get(0, ""), given.get(1, ""))),)


def _hasattr(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    if set(constants(given.get(1, "")) or ()) & {"get", "keys", "items"}:
        frame.note(given.get(0, ""), Use.IS, node, Kind.OBJECT)
    return ()


def _getattr(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    frame.escape(given.get(0, ""), node, "its attributes are read, and JSON has no attributes")
    return given.get(2, "")


def _partial(_frame: Frame, given: "Arguments", _node: ast.Call) -> Value:
    return tuple(
        replace(
            atom,
            given=(*atom.given, *given.positional[1:]),
            named={**atom.named, **given.named},
        )
        for atom in given.get(0, "func")
        if isinstance(atom, Function)
    )


def _same(_frame: Frame, given: "Arguments", _node: ast.Call) -> Value:
    return given.get(0, "x")


def _listed(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    value = given.get(0, "iterable")
    whole = tuple(atom for atom in value if isinstance(atom, Items))
    if whole:
        return whole
    return (Items([iterated(frame, value, node)], exact=False),) if value else ()


def _dict(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    if given.positional:
        value = given.get(0, "")
        frame.note(value, Use.MAPPING, node)
        if not given.named and not given.unpacked:
            return value
        frame.note(value, Use.WHOLE, node)
        return (Record(dict(given.named), open=True),)
    return (Record(dict(given.named), open=bool(given.unpacked)),)


def _enumerate(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    inner = iterated(frame, given.get(0, "iterable"), node)
    return (Items([(Items([(), inner]),)], exact=False),)


def _zip(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    return (Items([(Items([iterated(frame, each, node) for each in given.positional]),)], exact=False),)


def _gather(_frame: Frame, given: "Arguments", _node: ast.Call) -> Value:
    return (Items(list(given.positional)),)


def _in_thread(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    functions = [atom for atom in given.get(0, "func") if isinstance(atom, Function)]
    return union(frame.call(each, given.positional[1:], given.named, node) for each in functions)


def _any(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    frame.note(iterated(frame, given.get(0, "iterable"), node), Use.TRUTH, node)
    return ()


def _cast(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    value = given.get(1, "val")
    declared = declared_shape(frame, node.args[0]) if node.args else None
    if declared is not None:
        frame.note(value, Use.DECLARED, node, declared)
    return value


def _type_adapter(frame: Frame, _given: "Arguments", node: ast.Call) -> Value:
    written = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "type"), None)
    return (Adapter(frame, written),) if written is not None else ()


def _loads(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    raises = not frame.reader.catching
    frame.note(given.get(0, "s"), Use.TEXT, node, PARSED_AS_JSON if raises else None)
    return ()


def _dumps(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    frame.note(given.get(0, "obj"), Use.STORED, node, deep=True)  # serialized, whatever it is
    return (Template((None,)),)


_INTERRUPTS = {"langgraph.types.interrupt", "langgraph.types.types.interrupt", "langgraph.interrupt"}

_BUILTINS: dict[str, Handler] = {
    "str": _str,
    "repr": _str,
    "format": _str,
    "int": _number(Use.INTEGER, CONVERTED),
    "float": _number(Use.NUMBER, CONVERTED),
    "abs": _number(Use.NUMBER),
    "round": _number(Use.NUMBER),
    "range": _noting(Use.INTEGER),
    "bool": _bool,
    "len": _noting(Use.WHOLE),
    "list": _listed,
    "tuple": _listed,
    "set": _listed,
    "frozenset": _listed,
    "sorted": _listed,
    "reversed": _listed,
    "dict": _dict,
    "isinstance": _isinstance,
    "hasattr": _hasattr,
    "getattr": _getattr,
    "enumerate": _enumerate,
    "zip": _zip,
    "any": _any,
    "all": _any,
    "type": lambda _frame, _given, _node: (),
    "id": lambda _frame, _given, _node: (),
}

_NAMED: dict[str, Handler] = {
    "cast": _cast,
    "copy": _same,
    "deepcopy": _same,
    "Decimal": _number(Use.NUMBER, DECIMAL),
    "loads": _loads,
    "TypeAdapter": _type_adapter,
    "partial": _partial,
    "dumps": _dumps,
    "gather": _gather,
    "to_thread": _in_thread,
    "Command": command,
    "Send": send,
}
