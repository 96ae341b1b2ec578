"""Which nodes may raise NodeInterrupt, which stops a graph without a question that code could read."""

from typing import Any

from langgraph.pregel import Pregel

from countersign.interrupts.code.source import Role
from countersign.runs.source.callables import Callables
from countersign.runs.source.own_code import OwnCode

_NAME = "NodeInterrupt"


def nodes_that_raise(graph: Pregel[Any, Any, Any, Any], own: OwnCode) -> tuple[str, ...]:
    """The nodes whose own functions name it."""
    found = []
    for name, node in graph.nodes.items():
        callables = Callables(own)
        callables.add_runnable(node.bound, Role.NODE)
        if any(_NAME in called.function.__code__.co_names for called in callables.functions):
            found.append(name)
    return tuple(found)
