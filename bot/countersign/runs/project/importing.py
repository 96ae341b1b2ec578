"""Imports what langgraph.json names by `./file.py:attribute` or `module:attribute`."""

import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from countersign.runs.project.config import GraphConfig
from countersign.runs.project.config_sections import GraphConfigError
from countersign.runs.project.install_advice import advise_on_import_error


def add_import_paths(config: GraphConfig) -> None:
    """Put the roots of the config's projects first on the import path, in their order."""
    paths = [str(folder) for folder in config.import_paths]
    sys.path[:] = [*paths, *(path for path in sys.path if path not in paths)]


def import_attribute(config: GraphConfig, key: str, target: str) -> Any:
    """The attribute at `target`, which stands at this key. Raises GraphConfigError with file and key."""
    where, _, attribute = target.rpartition(":")
    if not where or not attribute:
        raise GraphConfigError(f'{config.path}: "{key}" must be "./path/file.py:attribute", not {target!r}.')
    file: Path | None = None
    if where.endswith(".py"):
        file = (config.path.parent / where).resolve()
        if not file.is_file():
            raise GraphConfigError(f'{config.path}: "{key}" names {where}, and there is no such file.')
    try:
        module = import_module(config, key, file, where)
    except Exception as error:
        raise GraphConfigError(
            f'{config.path}: "{key}" cannot be imported: {import_problem(config, error)}'
        ) from error
    if not hasattr(module, attribute):
        raise GraphConfigError(f'{config.path}: "{key}": "{attribute}" is not in {where}.')
    return getattr(module, attribute)


def import_problem(config: GraphConfig, error: Exception) -> str:
    """What went wrong, and what to install if that helps."""
    reason = f"{type(error).__name__}: {error}"
    if isinstance(error, ImportError):
        return f"{reason.rstrip('.')}. {advise_on_import_error(config, error)}".rstrip()
    return reason


def import_module(config: GraphConfig, name: str, file: Path | None, module: str | None) -> Any:
    """The module, under the name by which the rest of the project imports it, where it has one.

    Otherwise `name` becomes a part of its name.
    """
    if file is None:
        assert module is not None
        return importlib.import_module(module)
    # The nearest root first: a package in src/ is imported by its own name, not as a part of src.
    for folder in sorted(config.import_paths, key=lambda root: len(root.parts), reverse=True):
        if file.is_relative_to(folder):
            parts = file.relative_to(folder).with_suffix("").parts
            if all(part.isidentifier() for part in parts) and _imports_from(parts[0], folder, file):
                found = importlib.import_module(".".join(parts))
                if found.__file__ == str(file):  # and no namesake from another part of a namespace
                    return found
    return _from_file(name, file)


def _imports_from(top: str, folder: Path, file: Path) -> bool:
    """Whether importing this top-level name gives what is in `folder`, and not a namesake elsewhere.

    Only the top is looked up: looking up more would import it, and hide what is wrong with it.
    """
    try:
        found = importlib.util.find_spec(top)
    except ValueError:  # a module that was put there by hand
        return False
    if found is None:
        return False
    if found.submodule_search_locations is None:
        return found.origin == str(file)
    return str(folder / top) in found.submodule_search_locations


def _from_file(name: str, file: Path) -> Any:
    own_name = "countersign_graph_" + re.sub(r"\W", lambda odd: f"_{ord(odd[0]):x}_", name)
    found = importlib.util.spec_from_file_location(own_name, file)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[own_name] = module
    found.loader.exec_module(module)
    return module


async def enter_value(factory: Callable[..., Any], arguments: list[Any], stack: AsyncExitStack) -> Any:
    """What a function of any kind gives: plain, async, a generator or a context manager.

    What it opens stays open until `stack` closes.
    """
    made = factory(*arguments)
    if inspect.isasyncgen(made):
        return await stack.enter_async_context(asynccontextmanager(factory)(*arguments))
    if hasattr(made, "__aenter__"):
        return await stack.enter_async_context(made)
    if hasattr(made, "__enter__"):
        return stack.enter_context(made)
    if inspect.isawaitable(made):
        return await made
    return made
