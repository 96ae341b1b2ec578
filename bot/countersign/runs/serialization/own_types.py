"""The project's types that checkpoints may deserialize: the data classes that its own modules define.

LangGraph's strict msgpack creates only types that are on a list, by exact name. A refused type comes back as
a dict, so a node that waited for an answer would get something else than it stored.
"""

import ast
import dataclasses
import enum
import os
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

from pydantic import BaseModel
from pydantic.v1 import BaseModel as BaseModelV1

from countersign.runs.project.real_paths import RealPaths

TypeName: TypeAlias = tuple[str, ...]  # module, class

_COUNTERSIGN = {"countersign", "slack_local"}  # in a checkout they stand beside the graphs
_INNER_IMPORT = re.compile(r"^[ \t]+(?:from|import)[ \t]", re.MULTILINE)  # in a function, not at the top
_STANDARD_LIBRARY = sysconfig.get_paths()["stdlib"] + os.sep
_INSTALLED = {"site-packages", "dist-packages"}
_MAX_TEXT = 2_000_000  # characters of a module that is searched for imports


class OwnTypes:
    """`folders` are those of the project; `packages` are top-level names that are its own although they are
    installed."""

    def __init__(self, folders: Iterable[Path], packages: Iterable[str] = ()) -> None:
        self._folders = tuple(os.path.realpath(folder) + os.sep for folder in folders)
        self._packages = frozenset(packages)
        self._found: frozenset[TypeName] = frozenset()
        self._seen: set[str] = set()  # names of modules
        self._names_seen: set[str] = set()  # that are imported somewhere
        self._roots: dict[str, str] | None = None

    def names(self) -> frozenset[TypeName]:
        """The types of all own modules that are loaded by now, and of those that they import later.

        Only modules that were loaded since the last call are looked at: reading all of them takes a while.
        """
        if self._seen.issuperset(sys.modules):
            return self._found
        new = {
            name: module
            for name, module in list(sys.modules.items())  # nodes import modules, too
            if name not in self._seen and not _is_being_imported(module)
        }
        self._seen.update(new)
        real_path = RealPaths()
        own = [module for module in new.values() if self._owns(module, real_path)]
        if own:
            defined = {name for module in own for name in _defined_types(module)}
            self._found |= defined | set(self._types_imported_later(own))
        return self._found

    def _owns(self, module: ModuleType, real_path: RealPaths) -> bool:
        file, name = getattr(module, "__file__", None), getattr(module, "__name__", None)
        if not isinstance(file, str) or not isinstance(name, str):
            return False
        top = name.split(".")[0]
        return top not in _COUNTERSIGN and (top in self._packages or self._owns_file(file, real_path))

    def _owns_file(self, file: str, real_path: RealPaths) -> bool:
        if file.startswith(_STANDARD_LIBRARY):
            return False
        file = real_path(file)
        for folder in self._folders:
            if file.startswith(folder):
                return not _INSTALLED.intersection(Path(file[len(folder) :]).parts)
        return False

    def _types_imported_later(self, own: Iterable[ModuleType]) -> Iterator[TypeName]:
        """A checkpoint may be read before a node has imported the module of a type that is in it."""
        texts = ((_text(str(module.__file__)), _package(module)) for module in own)
        # What a loaded module imports at its top is loaded, too.
        waiting = [(text, package) for text, package in texts if _INNER_IMPORT.search(text)]
        while waiting:
            text, package = waiting.pop()
            for name in set(_imported_names(text, package)) - self._names_seen - sys.modules.keys():
                self._names_seen.add(name)
                found = self._file_of(name)
                if found is not None:
                    yield from ((name, each) for each in _declared_types(found))
                    is_package = found.endswith(f"{os.sep}__init__.py")
                    waiting.append((_text(found), name if is_package else name.rpartition(".")[0]))

    def _file_of(self, name: str) -> str | None:
        """The own file of a module, found without importing anything."""
        top, _, _ = name.partition(".")
        root = self._own_names().get(top)
        if root is None:
            return None
        path = Path(root, *name.split("."))
        for file in (path / "__init__.py", path.with_suffix(".py")):
            if file.is_file():
                return str(file) if self._owns_file(str(file), RealPaths()) else None
        return None

    def _own_names(self) -> Mapping[str, str]:
        """The top-level names of the project's modules, and where on the import path they are."""
        if self._roots is None:
            self._roots = {}
            for root in sys.path:
                if self._folders and (os.path.realpath(root) + os.sep).startswith(self._folders):
                    with suppress(OSError):
                        for entry in Path(root).iterdir():
                            self._roots.setdefault(entry.name.removesuffix(".py"), root)
        return self._roots


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


def _imported_names(text: str, package: str) -> Iterator[str]:
    tree = _parsed(text)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            levels = package.split(".")
            above = levels[: len(levels) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


def _declared_types(file: str) -> Iterator[str]:
    """The classes at a module's top that have a base or are dataclasses, by its source."""
    tree = _parsed(_text(file))
    for node in tree.body if tree else ():
        if isinstance(node, ast.ClassDef) and (node.bases or node.decorator_list):
            yield node.name


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text) if len(text) <= _MAX_TEXT else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
