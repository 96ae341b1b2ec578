"""What belongs to the whole process, and what a test may have changed of it: imports and logging."""

import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback

_CHECKOUT = Path(__file__).parents[3]


@contextmanager
def left_as_found(temporary: Path) -> Iterator[None]:
    """Forget what was imported from projects in this folder, and how a command has set the logs up.

    A test that runs a command in its own process would otherwise leave the level of its log for the next
    bot to take over.
    """
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    structlog.configure(processors=_with_plain_tracebacks(structlog.get_config()["processors"]))
    with imports_forgotten(temporary):
        yield
    if (root.handlers, root.level) != (handlers, level):
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()


@contextmanager
def imports_forgotten(folder: Path) -> Iterator[None]:
    """Forget at the end what was imported from this folder meanwhile, and how it was found.

    A bot that hosts a project would otherwise leave its `agent` for the next one to import. What this
    checkout has, and its `.venv`, stay.
    """
    modules, paths = set(sys.modules), list(sys.path)
    try:
        yield
    finally:
        # All are looked at before one goes: the path of a namespace package is computed from its parent.
        new = [name for name in set(sys.modules) - modules if _is_within(folder, sys.modules[name])]
        for name in [name for name in new if not _is_within(_CHECKOUT, sys.modules[name])]:
            del sys.modules[name]
        sys.path[:] = paths


def _with_plain_tracebacks(processors: Iterable[Any]) -> list[Any]:
    """structlog's own draws boxes of local variables, which takes seconds on a busy machine."""
    return [
        ConsoleRenderer(exception_formatter=plain_traceback) if isinstance(each, ConsoleRenderer) else each
        for each in processors
    ]


def _is_within(folder: Path, module: ModuleType) -> bool:
    places = [getattr(module, "__file__", None), *(getattr(module, "__path__", None) or ())]
    return any(isinstance(place, str) and Path(place).is_relative_to(folder) for place in places)
