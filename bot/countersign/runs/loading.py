"""Loads the graphs that langgraph.json names: imports each module once and calls factories."""

import copy
import os
import re
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import StateGraph
from langgraph.pregel import Pregel
from langgraph.store.base import BaseStore

from countersign.flow.graph_state import Prompt
from countersign.runs.breakpoints.configured import with_breakpoints
from countersign.runs.factories import arguments_of, context_object
from countersign.runs.project.config import Breakpoints, GraphConfig, GraphConfigError, GraphSpec
from countersign.runs.project.importing import add_import_paths, enter_value, import_module, import_problem
from countersign.runs.project.install_advice import advise_on_requirements
from countersign.runs.response_schemas import keep_response_schemas

AnyGraph = Pregel[Any, Any, Any, Any]

log = structlog.get_logger()

# The config for a factory at start-up, when there is no thread yet: the keys of every run, with empty values.
_DESCRIPTION_LIMIT = 300  # characters
_NO_RUN: RunnableConfig = {
    "configurable": dict.fromkeys(
        ("thread_id", "slack_team_id", "slack_channel_id", "slack_thread_ts", "slack_user_id"), ""
    )
}


@dataclass(frozen=True, kw_only=True)
class LoadedGraph:
    """`sample` is the graph built at start-up; a factory that takes a config builds a new one per run.

    `context` are langgraph.json's values for the graph's context_schema.
    """

    name: str
    sample: AnyGraph
    factory: Callable[..., Any] | None
    package: str = ""  # the top-level package, or module, in which langgraph.json finds it
    context: Mapping[str, Any] = field(default_factory=dict)
    breakpoints: Breakpoints = field(default_factory=Breakpoints)  # those that langgraph.json sets
    description: str = ""  # as langgraph.json says, or the code's docstring
    prompts: tuple[Prompt, ...] = ()

    @property
    def built_per_run(self) -> bool:
        return self.factory is not None

    @asynccontextmanager
    async def open(
        self,
        config: RunnableConfig,
        saver: BaseCheckpointSaver[Any],
        store: BaseStore | None = None,
        types: Collection[tuple[str, ...]] = (),
    ) -> AsyncIterator[AnyGraph]:
        """The graph for one run, on this checkpointer and store."""
        if self.factory is None:
            yield bind_checkpointer(self.sample, saver, store, types)
            return
        async with AsyncExitStack() as stack:
            context = context_object(self.sample.context_schema, self.context)
            arguments = arguments_of(self.factory, config, store, context)
            built = await _build(self.name, self.factory, arguments, stack)
            stopping = with_breakpoints(built, self.name, self.breakpoints)
            yield bind_checkpointer(stopping, saver, store, types)


def bind_checkpointer(
    graph: AnyGraph,
    saver: BaseCheckpointSaver[Any],
    store: BaseStore | None = None,
    types: Collection[tuple[str, ...]] = (),
) -> AnyGraph:
    """A copy of the graph on this checkpointer and store; without a store it keeps its own.

    The checkpointer may deserialise the types of the graph's state, and `types` as well.
    """
    # A shallow copy: Pregel.copy runs the constructor and drops the types that compile() collected.
    clone = copy.copy(graph)
    clone.checkpointer = saver.with_allowlist(_state_types(graph) | set(types))
    if store is not None:
        clone.store = store
    return clone


def _state_types(graph: AnyGraph) -> set[tuple[str, ...]]:
    """The types that strict msgpack may deserialise: those of the graph and of its subgraphs."""
    graphs = [graph, *(subgraph for _, subgraph in graph.get_subgraphs(recurse=True))]
    return {entry for each in graphs for entry in getattr(each, "_serde_allowlist", None) or ()}


async def load_graphs(config: GraphConfig, stack: AsyncExitStack) -> dict[str, LoadedGraph]:
    """Import and build every graph. Context managers stay open until `stack` closes.

    Raises GraphConfigError that names the graph and what is wrong with it.
    """
    add_import_paths(config)
    if advice := advise_on_requirements(config):
        log.warning("requirements_missing", text=advice)
    loaded = {spec.name: await _load(config, spec, stack) for spec in config.specs}
    keep_response_schemas()
    return loaded


async def _load(config: GraphConfig, spec: GraphSpec, stack: AsyncExitStack) -> LoadedGraph:
    _check_file(config, spec)
    try:
        module = import_module(config, spec.name, spec.file, spec.module)
    except Exception as error:
        raise GraphConfigError(
            f'{config.path}: graph "{spec.name}" cannot be imported: {import_problem(config, error)}'
        ) from error
    try:
        attribute = getattr(module, spec.attribute)
    except AttributeError:
        raise GraphConfigError(
            f'{config.path}: graph "{spec.name}": "{spec.attribute}" is not in {spec.file or spec.module}.'
        ) from None
    package = str(module.__name__).split(".")[0]
    if _is_graph(attribute):
        return LoadedGraph(
            name=spec.name,
            sample=with_breakpoints(_compile(spec.name, attribute), spec.name, spec.breakpoints),
            factory=None,
            package=package,
            context=spec.context,
            breakpoints=spec.breakpoints,
            description=spec.description or first_sentence(module.__doc__),
            prompts=spec.prompts,
        )
    if not callable(attribute):
        raise GraphConfigError(
            f'{config.path}: graph "{spec.name}" is a {type(attribute).__name__}; it must be '
            "a compiled graph, a StateGraph, or a function that returns one."
        )
    arguments = arguments_of(attribute, copy.deepcopy(_NO_RUN), None, None)
    built = await _build(spec.name, attribute, arguments, stack)
    sample = with_breakpoints(built, spec.name, spec.breakpoints)
    per_run = attribute if arguments else None
    return LoadedGraph(
        name=spec.name,
        sample=sample,
        factory=per_run,
        package=package,
        context=spec.context,
        breakpoints=spec.breakpoints,
        description=spec.description or first_sentence(attribute.__doc__) or first_sentence(module.__doc__),
        prompts=spec.prompts,
    )


def _check_file(config: GraphConfig, spec: GraphSpec) -> None:
    if spec.file is None or os.path.isfile(spec.file):  # noqa: PTH113 -- raises for no name, however odd
        return
    home = config.path.parent.resolve()
    named = f"./{spec.file.relative_to(home)}" if spec.file.is_relative_to(home) else spec.file
    raise GraphConfigError(
        f'{config.path}: graph "{spec.name}" names {named}, and there is no such file in {home}.'
    )


def first_sentence(docstring: str | None) -> str:
    """The first sentence on one line; of the first paragraph if none ends there."""
    paragraph = " ".join((docstring or "").strip().split("\n\n")[0].split())
    found = re.match(r".+?[.!?](?=\s|$)", paragraph)
    return (found.group() if found else paragraph)[:_DESCRIPTION_LIMIT]


async def _build(
    name: str, factory: Callable[..., Any], arguments: list[object], stack: AsyncExitStack
) -> AnyGraph:
    """Call a factory of any supported kind and compile what it returns. Raises GraphConfigError."""
    try:
        made = await enter_value(factory, arguments, stack)
    except Exception as error:
        raise GraphConfigError(f'graph "{name}" cannot be built: {type(error).__name__}: {error}') from error
    if not _is_graph(made):
        raise GraphConfigError(f'graph "{name}": its function returned a {type(made).__name__}, not a graph.')
    return _compile(name, made)


def _is_graph(value: object) -> bool:
    return isinstance(value, Pregel | StateGraph)


def _compile(name: str, graph: Any) -> AnyGraph:
    if isinstance(graph, StateGraph):
        return graph.compile(name=name)
    assert isinstance(graph, Pregel)
    return graph
