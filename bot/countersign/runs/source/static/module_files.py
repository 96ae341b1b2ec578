"""The files of a graph that cannot be imported, found by the imports that they name. Runs none of them."""

import ast
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path

from countersign.interrupts.code.source import ModuleSource

_MAX_MODULES = 300


def module_file(roots: Sequence[Path], name: str) -> Path | None:
    """Where a module of the project is; None for a library's."""
    for root in roots:
        place = root.joinpath(*name.split("."))
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if file.is_file():
                return file.resolve()
    return None


def module_sources(first: Path, roots: Sequence[Path]) -> tuple[list[ModuleSource], list[str]]:
    """A file and all of the project's files that it imports, and why some of them cannot be read."""
    waiting, problems = [(_name_of(first, roots), first)], list[str]()
    found: dict[Path, ModuleSource] = {}
    while waiting and len(found) < _MAX_MODULES:
        name, file = waiting.pop(0)
        if file in found:
            continue
        try:
            with tokenize.open(file) as opened:
                text = opened.read()
            tree = ast.parse(text)
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
            problems.append(f"{file} cannot be read: {error}")
            continue
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        found[file] = ModuleSource(name=name, file=str(file), text=text, package=package)
        named = ((imported, module_file(roots, imported)) for imported in _imported(tree, package))
        waiting.extend((imported, place) for imported, place in named if place is not None)
    return list(found.values()), problems


def _name_of(file: Path, roots: Sequence[Path]) -> str:
    """The nearest root first, as for an import."""
    for root in sorted(roots, key=lambda each: len(each.parts), reverse=True):
        if file.is_relative_to(root):
            parts = file.relative_to(root).with_suffix("").parts
            return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return file.stem


def _imported(tree: ast.Module, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)
