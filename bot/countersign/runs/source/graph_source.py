"""The source of a loaded graph: its nodes, conditional edges and state, for reading its answers."""

import inspect
import os
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.tools import BaseTool
from langgraph.pregel import Pregel

from countersign.interrupts.code.source import (
    Binding,
    BranchSource,
    ClassSource,
    ContainerSource,
    FunctionSource,
    GraphSource,
    ModuleSource,
    NodeSource,
    Role,
    SubgraphSource,
)
from countersign.runs.source.callables import Callables, Called
from countersign.runs.source.own_code import OwnCode

_ROOT = "state"
_MAX_DEPTH = 6  # subgraphs in subgraphs, and names bound to functions that have bound names
_MAX_HELD = 100  # of the entries of one dict or list of tools
_Graph = Pregel[Any, Any, Any, Any]


def graph_source(name: str, graph: _Graph, own: OwnCode) -> GraphSource:
    """Everything that the code of this graph shows. Imports nothing and calls none of it."""
    walk = _GraphTraversal(own)
    walk.add(graph, (), _ROOT, deep=0)
    return GraphSource(
        name=name,
        modules=tuple(walk.modules()),
        nodes=tuple(walk.nodes),
        branches=tuple(walk.branches),
        state={space: tuple(classes) for space, classes in walk.state.items()},
    )


@dataclass
class _GraphTraversal:
    own: OwnCode
    nodes: list[NodeSource] = field(default_factory=list)
    branches: list[BranchSource] = field(default_factory=list)
    state: dict[str, list[ClassSource]] = field(default_factory=dict)
    spaces: dict[int, str] = field(default_factory=dict)  # of graphs that are called, by identity
    above: list[int] = field(default_factory=list)  # the graphs around the one that is added, by identity
    used: dict[str, types.ModuleType] = field(default_factory=dict)

    def add(self, graph: _Graph, path: tuple[str, ...], space: str, *, deep: int) -> None:
        if id(graph) in self.above:
            return
        self.above.append(id(graph))
        builder = getattr(graph, "builder", None)
        entrypoint = builder is None
        self._add_state(builder, space)
        for name, node in graph.nodes.items():
            found = Callables(self.own)
            found.add_runnable(node.bound, Role.ENTRYPOINT if entrypoint else Role.NODE)
            if name == "__start__":
                continue
            functions = tuple(source for each in found.functions if (source := self._function(each)))
            self.nodes.append(
                NodeSource(
                    path=(*path, name),
                    space=space,
                    functions=functions,
                    problem="; ".join(dict.fromkeys(found.problems)) or None,
                    library=tuple(sorted(found.libraries)),
                )
            )
            if deep < _MAX_DEPTH:
                self._add_subgraphs(found, (*path, name), space, deep)
        for routes in getattr(builder, "branches", {}).values():
            for branch in routes.values():
                self._add_branch(branch, space)
        self.above.pop()

    def _add_subgraphs(self, found: Callables, path: tuple[str, ...], space: str, deep: int) -> None:
        for subgraph in found.subgraphs:
            self.add(subgraph, path, space, deep=deep + 1)
        inside = {id(subgraph) for subgraph in found.subgraphs}
        for number, called in enumerate([*found.called_graphs, *self._called_graphs(found.functions)]):
            if id(called) not in inside:
                name = called.name if called.name and called.name != "LangGraph" else f"subgraph {number + 1}"
                self.add(called, (*path, name), self._space(called), deep=deep + 1)

    def _add_state(self, builder: Any, space: str) -> None:
        schemas = [getattr(builder, name, None) for name in ("state_schema", "input_schema", "output_schema")]
        schemas += [getattr(node, "input_schema", None) for node in getattr(builder, "nodes", {}).values()]
        for schema in schemas:
            if isinstance(schema, type) and (source := self._class(schema)):
                known = self.state.setdefault(space, [])
                if source not in known:
                    known.append(source)

    def _add_branch(self, branch: Any, space: str) -> None:
        found = Callables(self.own)
        found.add_runnable(branch.path, Role.BRANCH)
        ends = [end for end in branch.ends or {} if end is None or isinstance(end, bool | int | float | str)]
        for each in found.functions:
            if source := self._function(each):
                self.branches.append(BranchSource(space=space, function=source, ends=tuple(ends)))

    def _function(self, called: Called, deep: int = 0) -> FunctionSource | None:
        code = called.function.__code__
        module = self.own.module_of(code)
        if module is None or deep > _MAX_DEPTH:
            return None
        self.used[module.__name__] = module
        bindings: dict[str, Binding] = {}
        for name, cell in zip(code.co_freevars, called.function.__closure__ or (), strict=True):
            try:
                bound = self._binding(cell.cell_contents, deep + 1)
            except ValueError:  # not filled yet
                continue
            if bound is not None:
                bindings[name] = bound
        return FunctionSource(
            file=_file(module),
            line=code.co_firstlineno,
            name=code.co_name,
            role=called.role,
            bindings=bindings,
            owner=self._class(called.owner) if called.owner is not None else None,
            given=called.given,
        )

    def _binding(self, value: object, deep: int) -> Binding:
        """What a free name of a function is bound to; None for what the reader has no use for."""
        if isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, Pregel):
            return SubgraphSource(space=self._space(value))
        if isinstance(value, type):
            return self._class(value)
        if isinstance(value, dict | list | tuple):
            return self._container(value, deep)
        if callable(value) or isinstance(value, BaseTool):
            found = Callables(self.own)
            found.add_runnable(value, Role.PLAIN)
            if len(found.functions) == 1:
                return self._function(found.functions[0], deep)
        return None

    def _container(self, held: Mapping[Any, object] | Sequence[object], deep: int) -> Binding:
        """Tools and graphs by name, or in a row; None where there are none."""
        is_list = not isinstance(held, Mapping)
        entries = list(enumerate(held) if isinstance(held, Sequence) else held.items())[:_MAX_HELD]
        if deep > _MAX_DEPTH or not any(isinstance(value, BaseTool | Pregel) for _, value in entries):
            return None
        found = {str(key): self._binding(value, deep + 1) for key, value in entries if _is_called(value)}
        return ContainerSource(entries=found, is_list=is_list, open=len(found) < len(held))

    def _class(self, cls: type) -> ClassSource | None:
        module = self.own.module_of_class(cls)
        if module is None:
            return None
        self.used[module.__name__] = module
        return ClassSource(
            file=_file(module), name=cls.__qualname__, line=_line_of(cls), members=tuple(_annotated(cls))
        )

    def _space(self, graph: _Graph) -> str:
        return self.spaces.setdefault(id(graph), f"called {len(self.spaces) + 1}")

    def _called_graphs(self, functions: list[Called]) -> Iterator[_Graph]:
        """The graphs that these functions name, or the own functions that they name."""
        waiting = [called.function for called in functions]
        seen: set[int] = set()
        while waiting:
            function = waiting.pop(0)
            if id(function.__code__) in seen or not self.own.owns(function.__code__):
                continue
            seen.add(id(function.__code__))
            for value in _named_values(function):
                if isinstance(value, Pregel):
                    if id(value) not in seen:
                        seen.add(id(value))
                        yield value
                elif callable(value) or isinstance(value, BaseTool):
                    found = Callables(self.own)
                    found.add_runnable(value, Role.PLAIN)
                    waiting.extend(each.function for each in found.functions)

    def modules(self) -> Iterator[ModuleSource]:
        for module, source in self.own.modules(self.used.values()):
            yield replace(source, bindings=dict(self._module_bindings(module)))

    def _module_bindings(self, module: types.ModuleType) -> Iterator[tuple[str, Binding]]:
        for name, value in list(vars(module).items()):
            if name.startswith("__") or not isinstance(value, Pregel | BaseTool | dict | list | tuple):
                continue
            bound = self._binding(value, 0)
            if bound is not None:
                yield name, bound


def _line_of(cls: type) -> int:
    """The first line of its definition, or else of a method that stands in it; 0 where neither is known."""
    known = vars(cls).get("__firstlineno__")  # since Python 3.13
    if isinstance(known, int):
        return known
    scope = f"{cls.__qualname__}."
    codes = [
        value.__code__
        for value in vars(cls).values()
        if isinstance(value, types.FunctionType) and value.__module__ == cls.__module__
    ]
    # A dataclass has methods without lines of their own.
    lines = [
        code.co_firstlineno for code in codes if code.co_qualname.startswith(scope) and _is_in_a_file(code)
    ]
    return min(lines, default=0)


def _is_in_a_file(code: types.CodeType) -> bool:
    return not code.co_filename.startswith("<")


def _annotated(cls: type) -> Iterator[str]:
    try:
        yield from inspect.get_annotations(cls)
    except (
        NameError,
        AttributeError,
        TypeError,
    ):  # Python 3.14 evaluates them only now, and they may name anything
        return


def _is_called(value: object) -> bool:
    return isinstance(value, BaseTool | Pregel | types.FunctionType | types.MethodType)


def _named_values(function: types.FunctionType) -> Iterator[object]:
    names: list[str] = []
    codes = [function.__code__]
    while codes:  # the functions and comprehensions inside it, too
        code = codes.pop()
        names.extend(code.co_names)
        codes.extend(constant for constant in code.co_consts if isinstance(constant, types.CodeType))
    scope: Mapping[str, object] = function.__globals__
    yield from (scope[name] for name in dict.fromkeys(names) if name in scope)
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue


def _file(module: types.ModuleType) -> str:
    return os.path.realpath(module.__file__ or "")
