"""What was found in a graph's code: its questions, and which of them was asked."""

from dataclasses import dataclass

from countersign.approvals.json import Json
from countersign.interrupts.code.payload_pattern import Pattern, fits
from countersign.interrupts.code.shape import AnswerShape, SourceLocation, Unknown


@dataclass(frozen=True, kw_only=True)
class Question:
    """One call of `interrupt`, and the answer that it takes. `declared`: it has a `response_schema`."""

    node: tuple[str, ...]
    where: SourceLocation
    code: str
    payload: Pattern
    shape: AnswerShape
    declared: bool


@dataclass(frozen=True, kw_only=True)
class NodeReading:
    """What one node asks. `problem` says why some of its code could not be read; None if all of it was."""

    path: tuple[str, ...]
    questions: tuple[Question, ...]
    problem: str | None
    library: tuple[str, ...] = ()  # the libraries that ask in it, by module


@dataclass(frozen=True, kw_only=True)
class GraphReading:
    """`breakpoints`: its code has breakpoints, or may have, also of graphs that are made inside a step."""

    graph: str
    nodes: tuple[NodeReading, ...]
    breakpoints: bool = False

    def shape_for(self, node: str, payload: Json) -> AnswerShape:
        """The shape of the answer to what a node of the outermost graph asked with this payload.

        Unknown where nothing in the code asks so, or where what asks so is not distinguished.
        """
        asking = [reading for reading in self.nodes if reading.path[:1] == (node,)]
        rated = [
            (fits(question.payload, payload), question)
            for reading in asking
            for question in reading.questions
        ]
        best = max((rate for rate, _ in rated), default=0)
        if not best:
            return Unknown(evidence="no call of interrupt in the node's code asks so")
        if best == 1 and any(reading.problem for reading in asking):
            return Unknown(
                evidence="some of the node's code cannot be read, so the question may be from there"
            )
        shapes = [question.shape for rate, question in rated if rate == best]
        if any(shape != shapes[0] for shape in shapes):
            return Unknown(evidence="several calls of interrupt ask so, and want different answers")
        return shapes[0]
