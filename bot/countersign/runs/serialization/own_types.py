"""The types of a project that its checkpoints may bring back: what its own modules define to hold data.

LangGraph's strict msgpack builds no type that is not on a list, and takes exact names of types only. A type
that is refused comes back as a dict, and a node that waited for an answer gets something else than it stored.
"""

import ast
import dataclasses
import enum
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

from pydantic import BaseModel
from pydantic.v1 import BaseModel as BaseModelV1

TypeName: TypeAlias = tuple[str, ...]  # module, class

_INSTALLED = {"site-packages", "dist-packages"}
_MOST_TEXT = 2_000_000  # characters of a module that is searched for imports


class OwnTypes:
    """`folders` are those of the project; `packages` are top-level names that are its own although they are
    installed."""

    def __init__(self, folders: Iterable[Path], packages: Iterable[str] = ()) -> None:
        self._folders = tuple(folder.resolve() for folder in folders)
        self._packages = frozenset(packages)
        self._found: frozenset[TypeName] = frozenset()
        self._modules_seen: set[str] = set()
        self._names_seen: set[str] = set()

    def names(self) -> frozenset[TypeName]:
        """The types of all own modules that are loaded by now, and of those that they import later.

        Only modules that were loaded since the last call are looked at: reading all of them takes seconds.
        """
        new = {
            name: module
            for name, module in list(sys.modules.items())  # nodes import modules, too
            if name not in self._modules_seen and not _is_being_imported(module)
        }
        self._modules_seen.update(new)
        own = [module for module in new.values() if self._owns(module)]
        if own:
            defined = {name for module in own for name in _defined_types(module)}
            self._found |= defined | set(self._types_imported_later(own))
        return self._found

    def _owns(self, module: ModuleType) -> bool:
        file = getattr(module, "__file__", None)
        if not isinstance(file, str):
            return False
        return module.__name__.split(".")[0] in self._packages or self._owns_file(Path(file))

    def _owns_file(self, file: Path) -> bool:
        file = file.resolve()
        for folder in self._folders:
            if file.is_relative_to(folder):
                return not set(file.relative_to(folder).parts) & _INSTALLED
        return False

    def _types_imported_later(self, own: Iterable[ModuleType]) -> Iterator[TypeName]:
        """A checkpoint may be read before a node has imported the module of a type that is in it."""
        waiting = [(Path(str(module.__file__)), _package(module)) for module in own]
        while waiting:
            file, package = waiting.pop()
            for name in set(_imported_names(file, package)) - self._names_seen - sys.modules.keys():
                self._names_seen.add(name)
                found = self._file_of(name)
                if found is not None:
                    yield from ((name, each) for each in _declared_types(found))
                    above = name if found.name == "__init__.py" else name.rpartition(".")[0]
                    waiting.append((found, above))

    def _file_of(self, name: str) -> Path | None:
        """The own file of a module, found without importing anything."""
        parts = Path(*name.split("."))
        for root in map(Path, sys.path):
            for file in (root / parts / "__init__.py", (root / parts).with_suffix(".py")):
                if file.is_file():
                    return file if self._owns_file(file) else None
        return None


def _is_being_imported(module: ModuleType) -> bool:
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))


def _package(module: ModuleType) -> str:
    return str(getattr(module, "__package__", None) or "")


def _defined_types(module: ModuleType) -> Iterator[TypeName]:
    """The classes that hold data and that this module defines; what it merely imports is not its own."""
    for name, value in list(vars(module).items()):
        own = isinstance(value, type) and (value.__module__, value.__name__) == (module.__name__, name)
        if own and _holds_data(value):
            yield (module.__name__, name)


def _holds_data(cls: type) -> bool:
    named_tuple = issubclass(cls, tuple) and hasattr(cls, "_fields")
    return (
        dataclasses.is_dataclass(cls) or named_tuple or issubclass(cls, BaseModel | BaseModelV1 | enum.Enum)
    )


def _imported_names(file: Path, package: str) -> Iterator[str]:
    tree = _parsed(file)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            levels = package.split(".")
            above = levels[: len(levels) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


def _declared_types(file: Path) -> Iterator[str]:
    """The classes at a module's top that have a base or are dataclasses, by its source."""
    tree = _parsed(file)
    for node in tree.body if tree else ():
        if isinstance(node, ast.ClassDef) and (node.bases or node.decorator_list):
            yield node.name


def _parsed(file: Path) -> ast.Module | None:
    try:
        text = file.read_text(encoding="utf-8")
        return ast.parse(text) if len(text) <= _MOST_TEXT else None
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
