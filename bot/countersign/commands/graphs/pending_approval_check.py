"""Compares pending approvals with the code of the graphs: which answers would it no longer accept?"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from countersign.flow.graph_state import is_breakpoint
from countersign.interrupts import BREAKPOINT_KEY, AnswerSource, parse
from countersign.interrupts.code import GraphReading, notation, shape_from_json
from countersign.store.diagnostics import WaitingQuestion


@dataclass(frozen=True, kw_only=True)
class GraphCode:
    """What there is of a graph: its outermost nodes and breakpoints, and what was read in its source."""

    nodes: frozenset[str]
    answers: GraphReading
    stops_before: Collection[str] = ()  # its breakpoints; "*" is every node
    stops_after: Collection[str] = ()
    raises: Collection[str] = ()  # nodes that may raise NodeInterrupt


@dataclass(frozen=True, kw_only=True)
class Incompatibility:
    """`reason` is a sentence that goes on after the question: why its answer would not be used."""

    question: WaitingQuestion
    reason: str


def incompatibilities(
    waiting: Iterable[WaitingQuestion], graphs: Mapping[str, GraphCode], failed: Collection[str] = ()
) -> Iterator[Incompatibility]:
    """The questions whose answers this code would not accept as they are meant.

    `failed` are graphs that cannot be loaded.
    """
    for question in waiting:
        if question.graph in failed:
            reason: str | None = f"the graph {question.graph} cannot be loaded"
        else:
            reason = _reason(question, graphs)
        if reason is not None:
            yield Incompatibility(question=question, reason=reason)


def _reason(question: WaitingQuestion, graphs: Mapping[str, GraphCode]) -> str | None:
    if question.graph is None:
        return None
    graph = graphs.get(question.graph)
    if graph is None:
        return f"the graph {question.graph} is not configured any more"
    if question.node is None:
        return None  # it was asked by a version that did not note the node
    if question.node not in graph.nodes:
        return f"the graph {question.graph} has no node {question.node} any more"
    if is_breakpoint(question.interrupt_id) and not _stops_there(question, graph):
        return f"the graph {question.graph} has no breakpoint there any more"
    stored = shape_from_json(question.answer_shape)
    if parse(question.value, question.schema, stored).source is AnswerSource.DECLARED:
        return None  # its payload or its schema says what it takes, whatever the code does
    now = graph.answers.shape_for(question.node, question.value)
    if now == stored:
        return None
    return f"its card takes {notation(stored)}, and the code of {question.node} takes {notation(now)}"


def _stops_there(question: WaitingQuestion, graph: GraphCode) -> bool:
    """Whether the graph still stops where the question says; a subgraph's breakpoints are not looked at."""
    value = question.value
    stops = value.get(BREAKPOINT_KEY) if isinstance(value, Mapping) else None
    stop = stops[0] if isinstance(stops, list) and len(stops) == 1 else None
    if not isinstance(stop, Mapping) or stop.get("raised"):
        return True
    return _any_of(stop.get("before"), graph.stops_before) or _any_of(stop.get("after"), graph.stops_after)


def _any_of(steps: object, breakpoints: Collection[str]) -> bool:
    named = steps if isinstance(steps, list) else []
    return bool(named) and (breakpoints == "*" or any(step in breakpoints for step in named))
