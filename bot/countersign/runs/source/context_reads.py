"""Which keys of a context the code requires: LangGraph itself requires none of a TypedDict."""

import ast
from collections.abc import Iterator

from langchain_core.runnables import Runnable
from langgraph.pregel import Pregel

from countersign.interrupts.code.source import Role
from countersign.runs.source.callables import Callables
from countersign.runs.source.own_code import OwnCode


def needed_context_keys(graph: Pregel, own: OwnCode) -> frozenset[str]:  # type: ignore[type-arg]
    """The keys that own modules of the graph's nodes read by subscript (`runtime.context["model"]`)."""
    files: set[str] = set()
    waiting: list[Runnable[object, object]] = [node.bound for node in graph.nodes.values()]
    while waiting:
        found = Callables(own)
        found.add_runnable(waiting.pop(), Role.NODE)
        for called in found.functions:
            module = own.module_of(called.function.__code__)
            files |= {str(module.__file__)} if module is not None else set()
        waiting += [node.bound for subgraph in found.subgraphs for node in subgraph.nodes.values()]
    return frozenset(key for file in files for key in _subscripts(own.text_of(file) or ""))


def _subscripts(text: str) -> Iterator[str]:
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    names = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign) and _has_context(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in nodes:
        key = node.slice if isinstance(node, ast.Subscript) and _has_context(node.value, names) else None
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value


def _has_context(node: ast.expr, names: set[str]) -> bool:
    """Whether it is `<something>.context`, or a name for it."""
    return any(
        (isinstance(each, ast.Attribute) and each.attr == "context")
        or (isinstance(each, ast.Name) and each.id in names)
        for each in ast.walk(node)
    )
