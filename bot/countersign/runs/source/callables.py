"""Finds the functions behind callables: through runnables, tools, partials, methods and decorators."""

import functools
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langgraph.prebuilt import ToolNode
from langgraph.pregel import Pregel
from langgraph.pregel.remote import RemoteGraph

from countersign.interrupts.code.source import Role
from countersign.runs.source.own_code import OwnCode

_MAX_DEPTH = 6  # runnables in runnables
_MAX_HELD = 100  # of the entries of one dict or list that a function holds
_REACH = 2  # from a library's function to what it holds, such as what a decorator decorates
_REACH_OF_WRAPPERS = 20  # each middleware's wrapper of a tool call holds the next one


@dataclass(frozen=True)
class Called:
    """A function of the graph's own code. `given` counts the first arguments that are bound already."""

    function: types.FunctionType
    role: Role
    owner: type | None = None
    given: int = 0


@dataclass
class Callables:
    """What was found behind one node: functions, subgraphs, asking libraries, and what cannot be read."""

    own: OwnCode
    functions: list[Called] = field(default_factory=list)
    subgraphs: list[Pregel[Any, Any, Any, Any]] = field(default_factory=list)
    called_graphs: list[Pregel[Any, Any, Any, Any]] = field(default_factory=list)  # with a state of their own
    libraries: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)

    def add_runnable(self, runnable: object, role: Role, deep: int = 0) -> None:
        """Look through a runnable, down to the functions that it calls."""
        if deep > _MAX_DEPTH or id(runnable) in self._seen:
            return
        self._seen.add(id(runnable))
        if isinstance(runnable, Pregel):
            self.subgraphs.append(runnable)
        elif isinstance(runnable, RemoteGraph):
            self.problems.append("it is a remote graph, and its code is elsewhere")
        elif isinstance(runnable, ToolNode):
            for tool in runnable.tools_by_name.values():
                self.add_runnable(tool, Role.TOOL, deep + 1)
            for wrapper in (runnable._wrap_tool_call, runnable._awrap_tool_call):  # noqa: SLF001 -- no public way
                if wrapper is not None:
                    self.add_callable(wrapper, Role.PLAIN, reach=_REACH_OF_WRAPPERS)
        elif isinstance(runnable, BaseTool):
            self._add_tool(runnable)
        elif isinstance(runnable, Runnable):
            self._add_parts(runnable, role, deep)
        else:
            self.add_callable(runnable, role)

    def _add_tool(self, tool: BaseTool) -> None:
        given = [getattr(tool, name, None) for name in ("func", "coroutine")]
        for function in given:
            if function is not None:
                self.add_callable(function, Role.TOOL)
        if not any(given):
            for name in ("_run", "_arun"):
                self.add_callable(getattr(tool, name), Role.TOOL)

    def _add_parts(self, runnable: Runnable[Any, Any], role: Role, deep: int) -> None:
        for name in ("func", "afunc"):
            function = getattr(runnable, name, None)
            if callable(function):
                self.add_callable(function, role)
        parts = getattr(runnable, "steps", None) or getattr(runnable, "steps__", None) or ()
        steps = list(parts.values()) if isinstance(parts, dict) else list(parts)
        for inner in (*steps, getattr(runnable, "bound", None)):
            if inner is not None:
                self.add_runnable(inner, role, deep + 1)

    def add_callable(self, target: object, role: Role, *, given: int = 0, reach: int = _REACH) -> None:
        """Find the own function behind anything that can be called."""
        owner: type | None = None
        while isinstance(target, functools.partial):
            given += len(target.args)
            target = target.func
        if isinstance(target, types.MethodType):
            owner = type(target.__self__) if not isinstance(target.__self__, type) else target.__self__
            target = target.__func__
        if isinstance(target, types.FunctionType):
            self._add_function(target, role, owner, given, reach)
        elif isinstance(target, types.BuiltinFunctionType | types.BuiltinMethodType | type):
            self.problems.append(f"{_named(target)} is not a Python function, so it has no source")
        elif isinstance(target, Pregel):
            if target not in self.called_graphs:
                self.called_graphs.append(target)
        elif isinstance(target, Runnable):
            self.add_runnable(target, role, 1)
        else:
            self._add_object(target, role, reach)

    def _add_object(self, target: object, role: Role, reach: int) -> None:
        method = getattr(type(target), "__call__", None)  # noqa: B004 -- the function behind it is wanted
        if isinstance(method, types.FunctionType) and self.own.owns(method.__code__):
            self._add_function(method, role, type(target), 0, reach)
            return
        inner = getattr(target, "func", None) or getattr(target, "__wrapped__", None)
        if inner is not None and reach > 0:
            self.add_callable(inner, role, reach=reach - 1)

    def _add_function(
        self, function: types.FunctionType, role: Role, owner: type | None, given: int, reach: int
    ) -> None:
        key = id(function.__code__)
        if key in self._seen:
            return
        self._seen.add(key)
        if self.own.owns(function.__code__):
            self.functions.append(Called(function, role, owner, given))
            return
        module = self.own.module_of(function.__code__)
        if module is None:
            where = f"{function.__name__} ({function.__code__.co_filename})"
            self.problems.append(f"{where} is in no file, so it has no source")
            return
        if reach == _REACH and self.own.mentions(module, "interrupt("):
            self.libraries.add(module.__name__)
        held = _behind(function, of_tool=role is Role.TOOL) if reach > 0 else ()
        for inner in held:
            self.add_callable(inner, role, reach=reach - 1)


def _behind(function: types.FunctionType, *, of_tool: bool) -> Iterator[object]:
    """What a library's function calls that was given to it: what it decorates, or holds.

    A library's tool may hold the graphs of subagents, by name.
    """
    wrapped = getattr(function, "__wrapped__", None)
    if wrapped is not None:
        yield wrapped
        return
    for cell in function.__closure__ or ():
        try:
            held = cell.cell_contents
        except ValueError:  # not filled yet
            continue
        if isinstance(held, types.FunctionType | types.MethodType | functools.partial):
            yield held
        elif of_tool:
            several = held.values() if isinstance(held, dict) else [held]
            yield from (each for each in list(several)[:_MAX_HELD] if isinstance(each, Runnable))


def _named(target: object) -> str:
    return str(getattr(target, "__qualname__", None) or type(target).__qualname__)
