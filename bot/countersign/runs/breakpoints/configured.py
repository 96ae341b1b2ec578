"""Breakpoints that langgraph.json adds to those that the graph was compiled with."""

import copy
from typing import Any

from langgraph.pregel import Pregel

from countersign.runs.project.config import Breakpoints, GraphConfigError, Nodes


def with_breakpoints(
    graph: Pregel[Any, Any, Any, Any], name: str, breakpoints: Breakpoints
) -> Pregel[Any, Any, Any, Any]:
    """The graph with these breakpoints too. Raises GraphConfigError for a node that it does not have."""
    if breakpoints == Breakpoints():
        return graph
    for node in (*_listed(breakpoints.before), *_listed(breakpoints.after)):
        if node not in graph.nodes:
            known = ", ".join(each for each in graph.nodes if not each.startswith("__"))
            raise GraphConfigError(
                f'graph "{name}": "{node}" of interrupt_before or interrupt_after is no node of it: {known}.'
            )
    clone = copy.copy(graph)
    clone.interrupt_before_nodes = _both(graph.interrupt_before_nodes, breakpoints.before)
    clone.interrupt_after_nodes = _both(graph.interrupt_after_nodes, breakpoints.after)
    return clone


def _listed(nodes: Nodes) -> tuple[str, ...]:
    return () if isinstance(nodes, str) else nodes


def _both(own: Any, given: Nodes) -> Any:
    if own == "*" or given == "*":
        return "*"
    return [*own, *(node for node in given if node not in own)]
