"""Waiting approvals against the graphs as their code is now: which of them could not be taken any more."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from countersign.interrupts import AnswerSource, parse
from countersign.interrupts.code import GraphReading, notation, shape_from_json
from countersign.store.diagnostics import WaitingQuestion


@dataclass(frozen=True, kw_only=True)
class GraphCode:
    """What there is of a graph: its outermost nodes, and what was read in its source."""

    nodes: frozenset[str]
    answers: GraphReading


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """`reason` is a sentence that goes on after the question: why its answer would not be used."""

    question: WaitingQuestion
    reason: str


def misfits(waiting: Iterable[WaitingQuestion], graphs: Mapping[str, GraphCode]) -> Iterator[Misfit]:
    """The questions whose answers this code would not take as they are meant."""
    for question in waiting:
        reason = _reason(question, graphs)
        if reason is not None:
            yield Misfit(question=question, reason=reason)


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
    stored = shape_from_json(question.answer_shape)
    if parse(question.value, question.schema, stored).source is AnswerSource.DECLARED:
        return None  # its payload or its schema says what it takes, whatever the code does
    now = graph.answers.shape_for(question.node, question.value)
    if now == stored:
        return None
    return f"its card takes {notation(stored)}, and the code of {question.node} takes {notation(now)}"
