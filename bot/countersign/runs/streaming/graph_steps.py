"""The nodes of a graph that people read as steps, and which of them follow on which.

A node is a step if its name says something: `check_stock`, and not `agent` or `tools`, whose tool calls are
steps of their own. A `title` in the node's metadata names the step, an empty one hides it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

from langgraph.pregel import Pregel

from countersign.interrupts import human_label
from countersign.runs.loading import AnyGraph

Path: TypeAlias = tuple[str, ...]  # the names of nodes, the outermost first

_MAX_DEPTH = 5  # graphs in graphs
_MAX_TITLE = 75  # characters
_TITLE = "title"  # of a node's metadata
_NAME = re.compile(r"[^\W\d_][\w -]{0,59}")
_WORD = re.compile(r"[A-Za-z]{3}|[^\W\d_a-zA-Z]{2}")
_SAYS_NOTHING = frozenset(
    {
        *("agent", "assistant", "bot", "chat", "chatbot", "llm", "model", "tool", "tools", "tool_node"),
        *("call_llm", "call_model", "call_tool", "call_tools", "run_tools", "run_tool", "execute_tools"),
        *("node", "start", "end", "entry", "finish", "main", "route", "router", "step", "supervisor"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Step:
    path: Path
    title: str


@dataclass(frozen=True, kw_only=True)
class GraphSteps:
    """`titles` are those of all nodes that are known without running the graph; None: not a step.

    `following` are the steps that run once that node runs, as far as no condition chooses between them.
    """

    titles: Mapping[Path, str | None] = field(default_factory=lambda: MappingProxyType({}))
    following: Mapping[Path, tuple[Step, ...]] = field(default_factory=lambda: MappingProxyType({}))
    whole: bool = False  # the outermost node is the graph itself: an `@entrypoint`, whose tasks are steps

    def step(self, path: Path) -> Step | None:
        """The step that a node is, also one of a graph that code calls; None where it is none."""
        inner = path[1:] if self.whole else path
        titles = [self._title(path[: at + 1]) for at in range(len(path) - len(inner), len(path))]
        if not titles or titles[-1] is None:
            return None
        return Step(path=path, title=_short(" › ".join(each for each in titles if each)))

    def _title(self, path: Path) -> str | None:
        return self.titles[path] if path in self.titles else _title(path[-1], None)


def graph_steps(graph: AnyGraph) -> GraphSteps:
    titles: dict[Path, str | None] = dict(_titles(graph, (), 0))
    named = GraphSteps(titles=titles, whole=getattr(graph, "builder", None) is None)
    following = {path: tuple(_steps(named, paths)) for path, paths in _following(graph, (), 0)}
    return GraphSteps(titles=titles, following=following, whole=named.whole)


def _steps(named: GraphSteps, paths: list[Path]) -> Iterator[Step]:
    for path in paths:
        if (step := named.step(path)) is not None:
            yield step


def _titles(graph: AnyGraph, above: Path, depth: int) -> Iterator[tuple[Path, str | None]]:
    for name, node in _nodes(graph, depth):
        yield (*above, name), _title(name, node.metadata)
        if (inner := _subgraph(graph, name)) is not None:
            yield from _titles(inner, (*above, name), depth + 1)


def _following(graph: AnyGraph, above: Path, depth: int) -> Iterator[tuple[Path, list[Path]]]:
    for name, _node in _nodes(graph, depth):
        found: list[Path] = []
        if _add_inside(graph, name, above, depth, found):
            _add_after(graph, name, above, depth, found)
        yield (*above, name), found
        if (inner := _subgraph(graph, name)) is not None:
            yield from _following(inner, (*above, name), depth + 1)


def _add_inside(graph: AnyGraph, name: str, above: Path, depth: int, found: list[Path]) -> bool:
    """Add the nodes of the graph that this node is; whether these are all, so that others come after them."""
    inner = _subgraph(graph, name)
    if inner is None:
        return not isinstance(graph.nodes[name].bound, Pregel)
    return depth + 1 < _MAX_DEPTH and _add_after(inner, "__start__", (*above, name), depth + 1, found)


def _add_after(graph: AnyGraph, name: str, above: Path, depth: int, found: list[Path]) -> bool:
    """Add what follows on this node by edges without a condition; whether that leads to the graph's end."""
    builder: Any = getattr(graph, "builder")  # noqa: B009 -- of a compiled StateGraph
    spec = builder.nodes.get(name)
    if builder.branches.get(name) or (spec is not None and spec.ends):
        return False
    targets = {target for source, target in builder.edges if source == name}
    targets |= {target for sources, target in builder.waiting_edges if name in sources}
    for target in (each for each in builder.nodes if each in targets):
        path = (*above, target)
        if path in found:
            continue
        found.append(path)
        if not _add_inside(graph, target, above, depth, found):
            return False
        if not _add_after(graph, target, above, depth, found):
            return False
    return True


def _nodes(graph: AnyGraph, depth: int) -> Iterator[tuple[str, Any]]:
    builder = getattr(graph, "builder", None)
    if builder is not None and depth < _MAX_DEPTH:
        yield from builder.nodes.items()


def _subgraph(graph: AnyGraph, name: str) -> AnyGraph | None:
    bound = graph.nodes[name].bound
    return bound if isinstance(bound, Pregel) and getattr(bound, "builder", None) is not None else None


def _title(name: str, metadata: Mapping[str, Any] | None) -> str | None:
    said = (metadata or {}).get(_TITLE)
    if isinstance(said, str):
        return " ".join(said.split()) or None
    says_nothing = name.lower() in _SAYS_NOTHING or not (_NAME.fullmatch(name) and _WORD.search(name))
    if says_nothing:
        return None
    return (
        human_label(name) if name.isascii() and " " not in name else " ".join(name.replace("_", " ").split())
    )


def _short(title: str) -> str:
    return title if len(title) <= _MAX_TITLE else title[: _MAX_TITLE - 1] + "…"
