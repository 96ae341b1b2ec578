"""Which input keys a graph reads: in its first nodes, and in others if no node computes them.

LangGraph needs no key of an input, and a state often has more keys than a run is started with. The source of
the nodes shows which ones people have to give.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from langgraph.channels import BinaryOperatorAggregate
from langgraph.constants import START
from langgraph.prebuilt import ToolNode
from langgraph.pregel import Pregel

from countersign.interrupts.code.evaluation.model.modules import first_line
from countersign.interrupts.code.source import Role
from countersign.runs.source.callables import Callables, Called
from countersign.runs.source.own_code import OwnCode
from countersign.runs.source.state_access import StateAccess, read_access

_Graph = Pregel[Any, Any, Any, Any]
_MAX_DEPTH = 6  # subgraphs in subgraphs


@dataclass(frozen=True, kw_only=True)
class InputReads:
    """`needed` are the keys without which the code fails. Of the others, `asked` are read as far as they are
    there. `unknown`: the code does more with its state than can be seen."""

    needed: frozenset[str]
    asked: frozenset[str]
    computed: frozenset[str]
    unknown: bool


def read_input(graph: _Graph, own: OwnCode) -> InputReads:
    """Read what the graph does with its input. Calls none of its code."""
    reader = _GraphReader(own)
    if getattr(graph, "builder", None) is None:
        first = reader.node(graph, next(iter(graph.nodes)), deep=0)
        whole = StateAccess()
    else:
        first, whole = reader.first(graph, deep=0), reader.whole_input(graph, deep=0)
    collected = {
        name for name, channel in graph.channels.items() if isinstance(channel, BinaryOperatorAggregate)
    }
    computed = whole.written | collected
    given = set() if whole.all_written else whole.read - computed
    return InputReads(
        needed=frozenset((first.needed | (given & whole.needed)) - collected),
        asked=frozenset(first.read | given),
        computed=frozenset(computed),
        unknown=first.all_read,
    )


class _GraphReader:
    def __init__(self, own: OwnCode) -> None:
        self._own = own
        self._trees: dict[str, ast.Module] = {}

    def first(self, graph: _Graph, deep: int) -> StateAccess:
        """What the nodes read that run before any other one."""
        builder: Any = graph.builder  # type: ignore[attr-defined]  # a compiled StateGraph
        found = StateAccess()
        names = {end for start, end in builder.edges if start == START}
        for branch in builder.branches.get(START, {}).values():
            callables = Callables(self._own)
            callables.add_runnable(branch.path, Role.BRANCH)
            for called in callables.functions:
                found.add(self._function(called))
            names |= set((branch.ends or {}).values())
        for name in sorted(names & set(graph.nodes)):
            found.add(self.node(graph, name, deep))
        return found

    def whole_input(self, graph: _Graph, deep: int) -> StateAccess:
        """What all nodes and conditional edges read and write."""
        found = StateAccess()
        for name in graph.nodes:
            if name != START:
                found.add(self.node(graph, name, deep, whole=True))
        for routes in getattr(getattr(graph, "builder", None), "branches", {}).values():
            for branch in routes.values():
                callables = Callables(self._own)
                callables.add_runnable(branch.path, Role.BRANCH)
                for called in callables.functions:
                    found.add(self._function(called))
        return found

    def node(self, graph: _Graph, name: str, deep: int, *, whole: bool = False) -> StateAccess:
        found = StateAccess()
        bound = graph.nodes[name].bound
        callables = Callables(self._own)
        callables.add_runnable(bound, Role.NODE)
        for called in callables.functions:
            found.add(self._function(called))
        for subgraph in callables.subgraphs:
            if deep < _MAX_DEPTH and getattr(subgraph, "builder", None) is not None:
                inner = self.first(subgraph, deep + 1)
                if whole:
                    inner.add(self.whole_input(subgraph, deep + 1))
                found.add(inner)
            else:
                found.all_read = found.all_written = True
        seen = callables.functions or callables.subgraphs
        if callables.problems or not (seen or isinstance(bound, ToolNode)):
            found.all_read = found.all_written = True
        return found

    def _function(self, called: Called) -> StateAccess:
        node, module = self._definition(called)
        if node is None or module is None:
            return StateAccess(all_read=True, all_written=True)
        found = read_access(
            node,
            module,
            given=called.given + (called.owner is not None),
            tool=called.role is Role.TOOL,
        )
        if called.role is Role.BRANCH:
            found.written, found.all_written = set(), False
        return found

    def _definition(self, called: Called) -> tuple[ast.AST | None, ast.Module | None]:
        code = called.function.__code__
        module = self._own.module_of(code)
        file = getattr(module, "__file__", None)
        text = self._own.text_of(file) if isinstance(file, str) else None
        if text is None or file is None:
            return None, None
        try:
            tree = self._trees.get(file) or ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None, None
        self._trees[file] = tree
        there = [node for node in _functions(tree) if first_line(node) == code.co_firstlineno]
        named = [node for node in there if getattr(node, "name", "<lambda>") == code.co_name]
        return (named[0] if len(named) == 1 else None), tree


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node
