"""Reads a graph that cannot be loaded from its files: its steps, tools and conditional edges."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from countersign.interrupts.code import GraphReading, NodeReading, Scalar, read_graph
from countersign.interrupts.code.source import (
    BranchSource,
    ClassSource,
    FunctionSource,
    GraphSource,
    NodeSource,
    Role,
)
from countersign.runs.source.static.module_files import module_sources
from countersign.runs.source.static.name_lookup import (
    Definition,
    SourceFile,
    defined_in,
    function_source,
    functions_named,
    last_name,
)
from countersign.runs.source.static.shared_state import Spaces

log = structlog.get_logger()

_HOLD_TOOLS = {"ToolNode", "create_agent", "create_react_agent", "create_deep_agent", "bind_tools"}


def read_statically(name: str, file: Path, roots: Sequence[Path]) -> GraphReading:
    """Read the files without importing them. What cannot be found is reported as a problem."""
    try:
        return _read(name, file, roots)
    except Exception as error:
        log.warning("files_unread", graph=name, exc_info=error)
        problem = f"its files could not be read: {type(error).__name__}: {error}"
        unread = NodeReading(path=(), questions=(), problem=problem)
        return GraphReading(graph=name, nodes=(unread,), breakpoints=True)


def _read(name: str, file: Path, roots: Sequence[Path]) -> GraphReading:
    sources, problems = module_sources(file, roots)
    files = {source.name: SourceFile(source) for source in sources}
    found = _Found(Spaces(files))
    for each in files.values():
        _walk(each, files, found)
    source = GraphSource(
        name=name,
        modules=tuple(sources),
        nodes=tuple(found.nodes.values()),
        branches=tuple(found.branches),
        state={space: tuple(dict.fromkeys(classes)) for space, classes in found.state.items()},
    )
    reading = read_graph(source)
    asked = {
        (question.where.file, question.where.line) for node in reading.nodes for question in node.questions
    }
    rest = _unreached(files.values(), asked)
    unread = (*problems, *found.problems, *rest)
    extra = [NodeReading(path=(), questions=(), problem=problem) for problem in dict.fromkeys(unread)]
    return GraphReading(graph=name, nodes=(*reading.nodes, *extra), breakpoints=True)


@dataclass
class _Found:
    spaces: Spaces
    nodes: dict[tuple[str, ...], NodeSource] = field(default_factory=dict)
    branches: list[BranchSource] = field(default_factory=list)
    state: dict[str, list[ClassSource]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, name: str, function: FunctionSource, space: str) -> None:
        path = (name,)
        number = 2
        while path in self.nodes and self.nodes[path].functions != (function,):
            path, number = (f"{name} {number}",), number + 1
        self.nodes[path] = NodeSource(path=path, space=space, functions=(function,))


def _walk(file: SourceFile, files: dict[str, SourceFile], found: _Found) -> None:
    for node in ast.walk(file.tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                for role in _decorated(node):
                    found.add(node.name, function_source(file, node, role, None), found.spaces.of_no_graph())
            case ast.Call(func=ast.Attribute(attr="add_node")):
                _add_node(file, files, node, found)
            case ast.Call(func=ast.Attribute(attr="add_sequence"), args=[ast.List(elts=steps), *_]):
                for step in steps:
                    pair = step.elts if isinstance(step, ast.Tuple) and len(step.elts) == 2 else [None, step]
                    _add(file, files, pair[0], pair[1], found, node)
            case ast.Call(func=ast.Attribute(attr="add_conditional_edges"), args=[_, path, *rest]):
                ends = _ends([*rest, *(each.value for each in node.keywords if each.arg == "path_map")])
                for function in functions_named(file, files, path, Role.BRANCH):
                    space = found.spaces.of(file, node)
                    found.branches.append(BranchSource(space=space, function=function, ends=ends))
            case ast.Call():
                _add_state_and_tools(file, files, node, found)
            case _:
                pass


def _ends(path_map: Sequence[ast.expr]) -> tuple[Scalar, ...]:
    """What the path may give, where all of it is written down there."""
    written = path_map[0] if path_map else None
    keys = written.keys if isinstance(written, ast.Dict) else []
    known = [key.value for key in keys if isinstance(key, ast.Constant)]
    ends = tuple(each for each in known if isinstance(each, bool | int | float | str))
    return ends if len(ends) == len(keys) else ()


def _decorated(node: Definition) -> Iterator[Role]:
    for decorator in node.decorator_list:
        name = last_name(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if name in {"tool", "entrypoint"}:
            yield Role.TOOL if name == "tool" else Role.ENTRYPOINT


def _add_node(file: SourceFile, files: dict[str, SourceFile], call: ast.Call, found: _Found) -> None:
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    given = [*call.args, *(named[key] for key in ("node", "action") if key in named)]
    if given:
        several = len(given) > 1
        _add(file, files, given[0] if several else None, given[1] if several else given[0], found, call)


def _add(
    file: SourceFile,
    files: dict[str, SourceFile],
    name: ast.expr | None,
    step: ast.expr | None,
    found: _Found,
    call: ast.Call,
) -> None:
    if step is None:
        return
    called = str(name.value) if isinstance(name, ast.Constant) else last_name(step)
    functions = list(functions_named(file, files, step, Role.NODE))
    for function in functions:
        found.add(called, function, found.spaces.of(file, call))
    if not functions and not found.spaces.builds(file, step) and not _is_graph(file, step):
        where = f"{file.source.file}:{step.lineno}"
        found.problems.append(f"{where}: the code of {called} is not in the files of the project")


def _is_graph(file: SourceFile, step: ast.expr) -> bool:
    """A subgraph, whose own steps are found where they are added; or a step of a library."""
    made = file.made.get(step.id) if isinstance(step, ast.Name) else step
    return isinstance(made, ast.Call) and last_name(made.func) in {"compile", *_HOLD_TOOLS}


def _add_state_and_tools(
    file: SourceFile, files: dict[str, SourceFile], call: ast.Call, found: _Found
) -> None:
    name = last_name(call.func)
    if name == "StateGraph" and call.args and isinstance(call.args[0], ast.Name):
        owner, defined = defined_in(file, files, call.args[0].id)
        if defined in owner.classes:
            cls = owner.classes[defined]
            described = ClassSource(file=owner.source.file, name=defined, line=cls.lineno)
            found.state.setdefault(found.spaces.of(file, call), []).append(described)
    if name not in _HOLD_TOOLS:
        return
    for value in [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "tools")]:
        listed = file.made.get(value.id) if isinstance(value, ast.Name) else value
        for tool in listed.elts if isinstance(listed, ast.List | ast.Tuple) else ():
            for function in functions_named(file, files, tool, Role.TOOL):
                if all(function.line != f.line for node in found.nodes.values() for f in node.functions):
                    found.add(function.name, function, found.spaces.of_no_graph())


def _unreached(files: Iterable[SourceFile], asked: set[tuple[str, int]]) -> Iterator[str]:
    """The calls of `interrupt` in no step that was found."""
    for file in files:
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Call) and last_name(node.func) == "interrupt":
                place = (file.source.file, node.lineno)
                if place not in asked:
                    yield f"{file.source.file}:{node.lineno} asks, and which step that is in is not known"
