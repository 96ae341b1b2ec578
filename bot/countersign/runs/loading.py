"""Loads the graphs that langgraph.json names: imports each module once and calls factories."""

import copy
import importlib
import importlib.util
import inspect
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import StateGraph
from langgraph.pregel import Pregel

from countersign.runs.config import GraphConfig, GraphConfigError, GraphSpec
from countersign.runs.install_advice import advise_on_import_error, advise_on_requirements

AnyGraph = Pregel[Any, Any, Any, Any]

log = structlog.get_logger()

# The config for a factory at start-up, when there is no thread yet: the keys of every run, with empty values.
_NO_RUN: RunnableConfig = {
    "configurable": dict.fromkeys(
        ("thread_id", "slack_team_id", "slack_channel_id", "slack_thread_ts", "slack_user_id"), ""
    )
}


@dataclass(frozen=True, kw_only=True)
class LoadedGraph:
    """`sample` is the graph built at start-up; a factory that takes a config builds a new one per run."""

    name: str
    sample: AnyGraph
    factory: Callable[..., Any] | None
    package: str = ""  # the top-level package, or module, in which langgraph.json finds it

    @property
    def built_per_run(self) -> bool:
        return self.factory is not None

    @asynccontextmanager
    async def open(self, config: RunnableConfig, saver: BaseCheckpointSaver[Any]) -> AsyncIterator[AnyGraph]:
        """The graph for one run, bind_checkpointer to this checkpointer."""
        if self.factory is None:
            yield bind_checkpointer(self.sample, saver)
            return
        async with AsyncExitStack() as stack:
            yield bind_checkpointer(await _build(self.name, self.factory, config, stack), saver)


def bind_checkpointer(graph: AnyGraph, saver: BaseCheckpointSaver[Any]) -> AnyGraph:
    """A copy of the graph on this checkpointer, which may deserialise the types of the graph's state."""
    # A shallow copy: Pregel.copy runs the constructor and drops the types that compile() collected.
    clone = copy.copy(graph)
    clone.checkpointer = saver.with_allowlist(_state_types(graph))
    return clone


def _state_types(graph: AnyGraph) -> set[tuple[str, ...]]:
    """The types that strict msgpack may deserialise: those of the graph and of its subgraphs."""
    graphs = [graph, *(subgraph for _, subgraph in graph.get_subgraphs(recurse=True))]
    return {entry for each in graphs for entry in getattr(each, "_serde_allowlist", None) or ()}


async def load_graphs(config: GraphConfig, stack: AsyncExitStack) -> dict[str, LoadedGraph]:
    """Import and build every graph. Context managers stay open until `stack` closes.

    Raises GraphConfigError that names the graph and what is wrong with it.
    """
    paths = [str(folder) for folder in config.import_paths]
    sys.path[:] = [*paths, *(path for path in sys.path if path not in paths)]
    if advice := advise_on_requirements(config):
        log.warning("requirements_missing", text=advice)
    return {spec.name: await _load(config, spec, stack) for spec in config.specs}


async def _load(config: GraphConfig, spec: GraphSpec, stack: AsyncExitStack) -> LoadedGraph:
    try:
        module = _module(config, spec)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        if isinstance(error, ImportError):
            reason = f"{reason.rstrip('.')}. {advise_on_import_error(config, error)}".rstrip()
        raise GraphConfigError(f'{config.path}: graph "{spec.name}" cannot be imported: {reason}') from error
    try:
        attribute = getattr(module, spec.attribute)
    except AttributeError:
        raise GraphConfigError(
            f'{config.path}: graph "{spec.name}": "{spec.attribute}" is not in {spec.file or spec.module}.'
        ) from None
    package = str(module.__name__).split(".")[0]
    if _is_graph(attribute):
        return LoadedGraph(
            name=spec.name, sample=_compile(spec.name, attribute), factory=None, package=package
        )
    if not callable(attribute):
        raise GraphConfigError(
            f'{config.path}: graph "{spec.name}" is a {type(attribute).__name__}; it must be '
            "a compiled graph, a StateGraph, or a function that returns one."
        )
    sample = await _build(spec.name, attribute, copy.deepcopy(_NO_RUN), stack)
    per_run = attribute if _parameters(attribute) else None
    return LoadedGraph(name=spec.name, sample=sample, factory=per_run, package=package)


def _module(config: GraphConfig, spec: GraphSpec) -> Any:
    """The module, under the name by which the rest of the project imports it, where it has one."""
    if spec.file is None:
        assert spec.module is not None
        return importlib.import_module(spec.module)
    # The nearest root first: a package in src/ is imported by its own name, not as a part of src.
    for folder in sorted(config.import_paths, key=lambda root: len(root.parts), reverse=True):
        if spec.file.is_relative_to(folder):
            parts = spec.file.relative_to(folder).with_suffix("").parts
            if all(part.isidentifier() for part in parts) and _imports_from(parts[0], folder, spec.file):
                module = importlib.import_module(".".join(parts))
                if module.__file__ == str(spec.file):  # and no namesake from another part of a namespace
                    return module
    return _from_file(spec)


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


def _from_file(spec: GraphSpec) -> Any:
    assert spec.file is not None
    name = f"countersign_graph_{spec.name}".replace("-", "_").replace(".", "_")
    found = importlib.util.spec_from_file_location(name, spec.file)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


async def _build(
    name: str, factory: Callable[..., Any], config: RunnableConfig, stack: AsyncExitStack
) -> AnyGraph:
    """Call a factory of any supported kind and compile what it returns. Raises GraphConfigError."""
    arguments = [config] if _parameters(factory) else []
    try:
        made = factory(*arguments)
        if inspect.isasyncgen(made):
            made = await stack.enter_async_context(asynccontextmanager(factory)(*arguments))
        elif hasattr(made, "__aenter__"):
            made = await stack.enter_async_context(made)
        elif hasattr(made, "__enter__"):
            made = stack.enter_context(made)
        elif inspect.isawaitable(made):
            made = await made
    except Exception as error:
        raise GraphConfigError(f'graph "{name}" cannot be built: {type(error).__name__}: {error}') from error
    if not _is_graph(made):
        raise GraphConfigError(f'graph "{name}": its function returned a {type(made).__name__}, not a graph.')
    return _compile(name, made)


def _parameters(factory: Callable[..., Any]) -> int:
    """How many arguments the factory takes: none, or the config."""
    parameters = inspect.signature(factory).parameters.values()
    takes = [p for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    return len(takes)


def _is_graph(value: object) -> bool:
    return isinstance(value, Pregel | StateGraph)


def _compile(name: str, graph: Any) -> AnyGraph:
    if isinstance(graph, StateGraph):
        return graph.compile(name=name)
    assert isinstance(graph, Pregel)
    return graph
