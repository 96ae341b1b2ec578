"""Reads what a loaded graph does with answers. Errors here never keep a graph from starting."""

from collections.abc import Mapping
from dataclasses import replace

import structlog

from countersign.interrupts.code import GraphReading, NodeReading, read_graph
from countersign.runs.loading import AnyGraph, LoadedGraph
from countersign.runs.source.graph_source import graph_source
from countersign.runs.source.own_code import OwnCode

log = structlog.get_logger()

_BREAKPOINTS = ("interrupt_before", "interrupt_after")


def own_code(loaded: Mapping[str, LoadedGraph]) -> OwnCode:
    """The code of these graphs, also where their packages are installed."""
    return OwnCode({graph.package for graph in loaded.values() if graph.package})


def read_all_answers(loaded: Mapping[str, LoadedGraph], own: OwnCode) -> dict[str, GraphReading]:
    """What every graph's code does with answers, by the graph's name."""
    return {name: read_answers(name, graph.sample, own) for name, graph in loaded.items()}


def read_answers(name: str, graph: AnyGraph, own: OwnCode) -> GraphReading:
    """The questions of a graph and their answers. Takes up to a few seconds for a very large graph."""
    try:
        source = graph_source(name, graph, own)
        reading = read_graph(source)
    except Exception as error:
        log.warning("answers_unread", graph=name, exc_info=error)
        problem = f"its code could not be read: {type(error).__name__}: {error}"
        unread = NodeReading(path=(), questions=(), problem=problem)
        return GraphReading(graph=name, nodes=(unread,), breakpoints=True)
    for node in reading.nodes:
        if node.problem is not None:
            log.info("node_unread", graph=name, node="/".join(node.path), reason=node.problem)
    named = any(word in module.text for module in source.modules for word in _BREAKPOINTS)
    return replace(reading, breakpoints=named or any(node.problem for node in reading.nodes))
