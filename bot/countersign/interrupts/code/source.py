"""The source of a loaded graph, as text: what the reader works on.

The loader fills this in; nothing here is imported or run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from countersign.interrupts.code.shape import Scalar


@dataclass(frozen=True, kw_only=True)
class ModuleSource:
    """One module of the graph's own code."""

    name: str  # as other modules import it
    file: str
    text: str
    package: str = ""  # what its relative imports start from
    bindings: Mapping[str, "Binding"] = field(default_factory=dict)  # graphs and tools, at run time


class Role(StrEnum):
    """Why LangGraph calls a function, which says what its arguments and its result are."""

    NODE = "node"  # takes the state, returns an update of it
    BRANCH = "branch"  # takes the state, returns where to go
    TOOL = "tool"  # takes a model's arguments, returns what the model reads
    ENTRYPOINT = "entrypoint"  # takes the input, returns the output
    PLAIN = "plain"  # bound to a name that another function uses


@dataclass(frozen=True, kw_only=True)
class ClassSource:
    """A class as it is at run time; `line` and `members` tell it from others of the same name."""

    file: str
    name: str  # qualified, as `__qualname__` has it
    line: int = 0  # some line of its definition, where one is known
    members: tuple[str, ...] = ()  # its annotated names, with those of its bases where they are merged


@dataclass(frozen=True, kw_only=True)
class SubgraphSource:
    """A graph that code calls as a function; `space` is where its state lives."""

    space: str


@dataclass(frozen=True, kw_only=True)
class FunctionSource:
    """Where a function's definition stands, and what its free names are bound to at run time."""

    file: str
    line: int  # the first line: that of the first decorator, where there is one
    name: str
    role: Role = Role.NODE
    bindings: Mapping[str, "Binding"] = field(default_factory=dict)
    owner: ClassSource | None = None  # of a bound method
    given: int = 0  # how many of its first arguments are bound already, by functools.partial


@dataclass(frozen=True, kw_only=True)
class ContainerSource:
    """A dict, or a list, of functions and graphs, such as `tools_by_name`. `open`: it has more than these."""

    entries: Mapping[str, "Binding"]  # those of a list by their position
    is_list: bool = False
    open: bool = False


Binding: TypeAlias = FunctionSource | SubgraphSource | ClassSource | ContainerSource | Scalar


@dataclass(frozen=True, kw_only=True)
class NodeSource:
    """A node, by its path from the outermost graph: ("legal", "ask") is `ask` in the subgraph `legal`.

    `problem` says in words why some of its code cannot be read; `library` names modules of libraries that
    ask in this node: how they want their answers is theirs to say.
    """

    path: tuple[str, ...]
    space: str  # nodes in one space read and write the same state
    functions: tuple[FunctionSource, ...]
    problem: str | None = None
    library: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BranchSource:
    """A conditional edge. `ends` are the values that its path map knows; empty where it has none."""

    space: str
    function: FunctionSource
    ends: tuple[Scalar, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GraphSource:
    """A whole graph, with its subgraphs. `state` names the classes that describe the state of a space."""

    name: str
    modules: tuple[ModuleSource, ...]
    nodes: tuple[NodeSource, ...]
    branches: tuple[BranchSource, ...] = ()
    state: Mapping[str, tuple[ClassSource, ...]] = field(default_factory=dict)
