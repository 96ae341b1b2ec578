"""Reads the snippets: which functions ask, and what their docstrings say of the answer."""

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from countersign.interrupts.code.graph_reading import read_graph
from countersign.interrupts.code.notation import notation
from countersign.interrupts.code.shape import AnswerShape, Scalar
from countersign.interrupts.code.source import (
    BranchSource,
    ClassSource,
    FunctionSource,
    GraphSource,
    ModuleSource,
    NodeSource,
    Role,
)

FOLDER = Path(__file__).parent / "snippets"
SPACE = "state"
Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(eq=False)
class Snippet:
    file: Path
    name: str
    answers: list[str]
    nodes: list[str] = field(default_factory=list)
    edges: dict[str, tuple[Scalar, ...]] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.file.stem}.{self.name}"


def snippets() -> list[Snippet]:
    found = []
    for file in sorted(FOLDER.glob("*.py")):
        for name, node in _functions(file.read_text()).items():
            text = ast.get_docstring(node) or ""
            if text.startswith("answer:"):
                found.append(_snippet(file, name, text))
    return found


def _snippet(file: Path, name: str, text: str) -> Snippet:
    snippet = Snippet(file, name, [])
    for line in text.splitlines():
        word, _, said = line.strip().partition(": ")
        match word:
            case "answer":
                snippet.answers.append(said.strip())
            case "with":
                snippet.nodes.extend(said.split(", "))
            case "edge":
                edge, *ends = said.split()
                snippet.edges[edge] = tuple({"True": True, "False": False}.get(end, end) for end in ends)
            case _:
                raise ValueError(line)
    return snippet


def read_snippet(snippet: Snippet) -> list[str]:
    """The answers that are found, in the order of the questions."""
    return [notation(shape) for shape in shapes_of(snippet)]


@cache
def shapes_of(snippet: Snippet) -> list[AnswerShape]:
    """The shapes of the answers, in the order of the questions. It is read once for all tests."""
    text = snippet.file.read_text()
    functions = _functions(text)
    module = ModuleSource(name=f"snippets.{snippet.file.stem}", file=str(snippet.file), text=text)
    names = [snippet.name, *snippet.nodes]
    source = GraphSource(
        name=str(snippet),
        modules=(module,),
        nodes=tuple(
            NodeSource(path=(name,), space=SPACE, functions=(_function(snippet.file, name, functions[name]),))
            for name in names
        ),
        branches=tuple(
            BranchSource(
                space=SPACE, ends=ends, function=_function(snippet.file, name, functions[name], Role.BRANCH)
            )
            for name, ends in snippet.edges.items()
        ),
        state=_state(snippet.file, functions[snippet.name]),
    )
    reading = read_graph(source)
    assert [node.problem for node in reading.nodes] == [None for _ in names]
    questions = sorted(reading.nodes[0].questions, key=lambda question: question.where.line)
    return [question.shape for question in questions]


@cache
def _functions(text: str) -> dict[str, Definition]:
    found: dict[str, Definition] = {}
    for node in ast.parse(text).body:
        if isinstance(node, Definition):
            found[node.name] = node
        elif isinstance(node, ast.ClassDef):
            found |= {
                f"{node.name}.{inner.name}": inner for inner in node.body if isinstance(inner, Definition)
            }
    return found


def _function(file: Path, name: str, node: Definition, role: Role = Role.NODE) -> FunctionSource:
    decorators = {getattr(getattr(d, "func", d), "id", "") for d in node.decorator_list}
    if "tool" in decorators:
        role = Role.TOOL
    elif "entrypoint" in decorators:
        role = Role.ENTRYPOINT
    owner, _, _ = name.rpartition(".")
    return FunctionSource(
        file=str(file),
        line=min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]),
        name=node.name,
        role=role,
        owner=ClassSource(file=str(file), name=owner) if owner else None,
    )


def _state(file: Path, node: Definition) -> dict[str, tuple[ClassSource, ...]]:
    first = node.args.args[0].annotation if node.args.args else None
    if isinstance(first, ast.Name) and first.id == "State":
        return {SPACE: (ClassSource(file=str(file), name="State"),)}
    return {}
