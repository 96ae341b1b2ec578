"""Reads langgraph.json: the graphs and where they are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from countersign.flow.graph_name import MAX_LENGTH, is_graph_name
from countersign.flow.graph_state import Prompt
from countersign.runs.project.config_sections import (
    CheckpointerSection,
    GraphConfigError,
    GraphEntry,
    PromptEntry,
    Section,
    SerdeSection,
    StoreSection,
    read_section,
)
from countersign.runs.project.local_projects import LocalProject, read_local_project

__all__ = ["GraphConfig", "GraphConfigError", "GraphSpec", "read_graph_config"]


Nodes: TypeAlias = tuple[str, ...] | Literal["*"]


@dataclass(frozen=True, kw_only=True)
class Breakpoints:
    """The nodes before and after which a graph stops; `*` is every node."""

    before: Nodes = ()
    after: Nodes = ()


@dataclass(frozen=True, kw_only=True)
class GraphSpec:
    """`name` in Slack; `attribute` of the Python `file` (or of the `module`) is the graph.

    `context` are values for its context_schema.
    """

    name: str
    attribute: str
    file: Path | None
    module: str | None
    context: Mapping[str, Any] = field(default_factory=dict)
    breakpoints: Breakpoints = field(default_factory=Breakpoints)
    description: str = ""
    prompts: tuple[Prompt, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GraphConfig:
    """`projects` are the config's own folder and the dependencies that are folders, in their order;
    `packages` are the other dependencies, which have to be installed. `serde` is None where the file says
    nothing about it. `unused` are keys that LangGraph's server reads and Countersign does not."""

    path: Path
    specs: tuple[GraphSpec, ...]
    projects: tuple[LocalProject, ...]
    packages: tuple[str, ...]
    store: StoreSection = field(default_factory=StoreSection)
    serde: SerdeSection | None = None
    unused: tuple[str, ...] = ()

    @property
    def import_paths(self) -> tuple[Path, ...]:
        """What to put on the import path, first things first."""
        return tuple(dict.fromkeys(root for project in self.projects for root in project.import_roots))

    @property
    def default(self) -> str:
        return self.specs[0].name


def read_graph_config(path: Path) -> GraphConfig:
    """Read a `langgraph.json`. Raises GraphConfigError with a sentence that names the file and the entry."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise GraphConfigError(
            f"LANGGRAPH_CONFIG names {path}, and there is no such file. Write one: "
            '{"dependencies": ["."], "graphs": {"name": "./file.py:graph"}}.'
        ) from None
    except (OSError, ValueError) as error:
        raise GraphConfigError(f"{path} cannot be read as JSON: {error}.") from None
    except RecursionError:
        raise GraphConfigError(f"{path} cannot be read: its values nest too deeply.") from None
    graphs = data.get("graphs") if isinstance(data, dict) else None
    if not isinstance(graphs, dict) or not graphs:
        raise GraphConfigError(f'{path} names no graphs; it needs "graphs": {{"name": "./file.py:graph"}}.')
    home = path.parent.resolve()
    folders, packages = _dependencies(
        path, home, ["."] if data.get("dependencies") in (None, []) else data["dependencies"]
    )
    shared = {} if (given := data.get("context")) is None else given
    if not isinstance(shared, dict):
        raise GraphConfigError(f'{path}: "context" must be an object of values for every graph.')
    checkpointer = _section(path, data, CheckpointerSection, "checkpointer")
    return GraphConfig(
        path=path,
        specs=tuple(_spec(path, home, name, entry, shared) for name, entry in graphs.items()),
        projects=tuple(_project(folder) for folder in dict.fromkeys((home, *folders))),
        packages=packages,
        store=_section(path, data, StoreSection, "store"),
        serde=checkpointer.serde,
        unused=tuple(
            f"checkpointer.{key}" for key in ("path", "ttl") if getattr(checkpointer, key) is not None
        ),
    )


def _section(path: Path, data: Mapping[str, Any], kind: type[Section], key: str) -> Section:
    found = data.get(key)
    return read_section(path, {} if found is None else found, kind, key)


def _spec(path: Path, folder: Path, name: str, given: object, shared: Mapping[str, Any]) -> GraphSpec:
    if not is_graph_name(name):
        raise GraphConfigError(
            f"{path}: rename the graph {name!r}: people write its name before a colon, so it may have no "
            f"colon, no line break and no space at its ends, and at most {MAX_LENGTH} characters."
        )
    if isinstance(given, dict):
        entry = read_section(path, given, GraphEntry, "graphs", name)
    elif isinstance(given, str):
        entry = GraphEntry(path=given)
    else:
        entry = GraphEntry(path="")
    where, colon, attribute = entry.path.rpartition(":")
    if not colon or not where or not attribute:
        raise GraphConfigError(f'{path}: graph "{name}" must be "./path/file.py:attribute", not {given!r}.')
    context = {**shared, **entry.context}
    stops = Breakpoints(before=_nodes(entry.interrupt_before), after=_nodes(entry.interrupt_after))
    if not where.endswith(".py"):
        file, module = None, where
    else:
        # A missing file is reported when the graph is loaded, so that the other graphs still work.
        file, module = _resolved(folder / where) or folder / where, None
    return GraphSpec(
        name=name,
        attribute=attribute,
        file=file,
        module=module,
        context=context,
        breakpoints=stops,
        description=entry.description,
        prompts=tuple(_prompt(each) for each in entry.prompts),
    )


def _prompt(given: PromptEntry | str) -> Prompt:
    if isinstance(given, str):
        return Prompt(title=given, message=given)
    return Prompt(title=given.title, message=given.message)


def _nodes(given: list[str] | Literal["*"]) -> Nodes:
    return "*" if isinstance(given, str) else tuple(given)


def _dependencies(path: Path, home: Path, given: object) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """The dependencies that are folders, and the others, which are names of packages."""
    if not isinstance(given, list) or not all(isinstance(entry, str) for entry in given):
        raise GraphConfigError(
            f'{path}: "dependencies" must be a list of folders and packages, not {given!r}.'
        )
    found = {entry: _resolved(home / entry) for entry in given}
    folders = {entry: place for entry, place in found.items() if place is not None and place.is_dir()}
    packages = tuple(entry for entry in given if entry not in folders)
    for entry in packages:
        if entry.startswith((".", "/")):
            raise GraphConfigError(f'{path}: "dependencies" names {entry}, and there is no such folder.')
    return tuple(folders.values()), packages


def _resolved(path: Path) -> Path | None:
    """The path without links; None if nothing can be there, such as under a name that is too long."""
    try:
        return path.resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        return None


def _project(folder: Path) -> LocalProject:
    try:
        return read_local_project(folder)
    except (OSError, ValueError) as error:
        raise GraphConfigError(f"{folder / 'pyproject.toml'} cannot be read: {error}.") from None
