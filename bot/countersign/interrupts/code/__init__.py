"""What a graph's own code does with an answer. Pure: it is given source text, and runs none of it."""

from countersign.interrupts.code.codec import shape_from_json, shape_to_json
from countersign.interrupts.code.graph_reading import read_graph
from countersign.interrupts.code.notation import notation
from countersign.interrupts.code.questions import GraphReading, NodeReading, Question
from countersign.interrupts.code.shape import (
    UNKNOWN,
    AnswerShape,
    Boolean,
    Key,
    ListOf,
    Match,
    Number,
    Object,
    OneOf,
    Scalar,
    SourceLocation,
    Text,
    Tuple,
    Union,
    Unknown,
    parts_of,
)
from countersign.interrupts.code.word_meanings import Meaning, meaning

__all__ = [
    "UNKNOWN",
    "AnswerShape",
    "Boolean",
    "GraphReading",
    "Key",
    "ListOf",
    "Match",
    "Meaning",
    "NodeReading",
    "Number",
    "Object",
    "OneOf",
    "Question",
    "Scalar",
    "SourceLocation",
    "Text",
    "Tuple",
    "Union",
    "Unknown",
    "meaning",
    "notation",
    "parts_of",
    "read_graph",
    "shape_from_json",
    "shape_to_json",
]
