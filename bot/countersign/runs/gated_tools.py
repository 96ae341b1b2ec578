"""The tools of a graph, and those that need approval, as far as LangChain exposes them."""

from collections.abc import Iterator
from typing import Any

from langchain.agents.middleware import HumanInTheLoopMiddleware
from langgraph.prebuilt import ToolNode

from countersign.runs.loading import AnyGraph


def gated_tools(graph: AnyGraph) -> tuple[str, ...]:
    """The tools in `interrupt_on` of the graph's middleware and of its subgraphs', sorted."""
    gated = {tool for bound in _bound(graph) for tool, how in _interrupt_on(bound).items() if how}
    return tuple(sorted(gated))


def tool_names(graph: AnyGraph) -> tuple[str, ...]:
    """All tools of the graph's tool nodes and of its subgraphs', and those that are gated, sorted."""
    return tuple(sorted(_held(graph) | set(gated_tools(graph))))


def gates_without_tool(graph: AnyGraph) -> tuple[str, ...]:
    """The names in `interrupt_on` that no tool node has, sorted: such an entry has no effect."""
    held = _held(graph)
    return tuple(name for name in gated_tools(graph) if name not in held) if held else ()


def _held(graph: AnyGraph) -> set[str]:
    """The tools of the graph's tool nodes and of its subgraphs'."""
    return {name for bound in _bound(graph) if isinstance(bound, ToolNode) for name in bound.tools_by_name}


def _bound(graph: AnyGraph) -> Iterator[Any]:
    """What the nodes of the graph and of its subgraphs run."""
    for each in (graph, *(subgraph for _, subgraph in graph.get_subgraphs(recurse=True))):
        yield from (node.bound for node in getattr(each, "nodes", {}).values())


def _interrupt_on(runnable: object) -> dict[str, object]:
    """A middleware's node runs a method of the middleware, which knows what it interrupts on."""
    for method in (getattr(runnable, "func", None), getattr(runnable, "afunc", None)):
        middleware = getattr(method, "__self__", None)
        if isinstance(middleware, HumanInTheLoopMiddleware):
            return dict(middleware.interrupt_on)
    return {}
