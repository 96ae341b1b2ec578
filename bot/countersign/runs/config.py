"""langgraph.json: which graphs there are, and where."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from countersign.approvals.errors import CountersignError


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
    path: Path
    specs: tuple[GraphSpec, ...]
    import_paths: tuple[Path, ...]

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
    folder = path.parent.resolve()
    dependencies = data.get("dependencies") or ["."]
    return GraphConfig(
        path=path,
        specs=tuple(_spec(path, folder, str(name), target) for name, target in graphs.items()),
        import_paths=(folder, *_local(folder, dependencies)),
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


def _local(folder: Path, dependencies: object) -> tuple[Path, ...]:
    """The dependencies that are folders; packages are installed by whoever installs the bot."""
    if not isinstance(dependencies, list):
        return ()
    folders = [(folder / entry).resolve() for entry in dependencies if isinstance(entry, str)]
    return tuple(found for found in folders if found.is_dir() and found != folder)
