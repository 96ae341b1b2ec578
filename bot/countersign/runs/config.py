"""langgraph.json: which graphs there are, and where."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from countersign.approvals.errors import CountersignError
from countersign.runs.local_projects import LocalProject, read_local_project


class GraphConfigError(CountersignError):
    """The graphs cannot be loaded."""


@dataclass(frozen=True, kw_only=True)
class GraphSpec:
    """`name` in Slack; `attribute` of the Python `file` (or of the `module`) is the graph."""

    name: str
    attribute: str
    file: Path | None
    module: str | None


@dataclass(frozen=True, kw_only=True)
class GraphConfig:
    """`projects` are the config's own folder and the dependencies that are folders, in their order;
    `packages` are the other dependencies, which have to be installed."""

    path: Path
    specs: tuple[GraphSpec, ...]
    projects: tuple[LocalProject, ...]
    packages: tuple[str, ...]

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
    graphs = data.get("graphs") if isinstance(data, dict) else None
    if not isinstance(graphs, dict) or not graphs:
        raise GraphConfigError(f'{path} names no graphs; it needs "graphs": {{"name": "./file.py:graph"}}.')
    home = path.parent.resolve()
    folders, packages = _dependencies(path, home, data.get("dependencies") or ["."])
    return GraphConfig(
        path=path,
        specs=tuple(_spec(path, home, str(name), target) for name, target in graphs.items()),
        projects=tuple(_project(folder) for folder in dict.fromkeys((home, *folders))),
        packages=packages,
    )


def _spec(path: Path, folder: Path, name: str, target: object) -> GraphSpec:
    if isinstance(target, dict):  # {"path": "./file.py:graph", "description": "..."} is also in use
        target = target.get("path")
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", name):
        raise GraphConfigError(f"{path}: the graph name {name!r} may have letters, digits, '_', '-' and '.'.")
    if not isinstance(target, str) or ":" not in target:
        raise GraphConfigError(f'{path}: graph "{name}" must be "./path/file.py:attribute", not {target!r}.')
    where, attribute = target.rsplit(":", 1)
    if not where.endswith(".py"):
        return GraphSpec(name=name, attribute=attribute, file=None, module=where)
    file = (folder / where).resolve()
    if not file.is_file():
        raise GraphConfigError(
            f'{path}: graph "{name}" names {where}, and there is no such file in {folder}.'
        )
    return GraphSpec(name=name, attribute=attribute, file=file, module=None)


def _dependencies(path: Path, home: Path, given: object) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """The dependencies that are folders, and the others, which are names of packages."""
    if not isinstance(given, list) or not all(isinstance(entry, str) for entry in given):
        raise GraphConfigError(
            f'{path}: "dependencies" must be a list of folders and packages, not {given!r}.'
        )
    folders = {entry: (home / entry).resolve() for entry in given if (home / entry).is_dir()}
    packages = tuple(entry for entry in given if entry not in folders)
    for entry in packages:
        if entry.startswith((".", "/")):
            raise GraphConfigError(f'{path}: "dependencies" names {entry}, and there is no such folder.')
    return tuple(folders.values()), packages


def _project(folder: Path) -> LocalProject:
    try:
        return read_local_project(folder)
    except (OSError, ValueError) as error:
        raise GraphConfigError(f"{folder / 'pyproject.toml'} cannot be read: {error}.") from None
