"""The graphs: each is loaded, as `serve` does it."""

import contextlib
import json
import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace

from countersign.commands.doctor.check import CheckContext
from countersign.commands.doctor.check_result import CheckResult, fail, ok, warn
from countersign.runs.gated_tools import gated_tools, gates_without_tool, tool_names
from countersign.runs.graphs import Graphs, host_graphs
from countersign.runs.loading import LoadedGraph, load_graphs
from countersign.runs.project.config import GraphConfig, GraphConfigError, read_graph_config
from countersign.runs.project.install_advice import advise_on_requirements
from countersign.runs.project.project_env import read_project_env

_VARIABLE = re.compile(
    r"KeyError: '(?P<key>[A-Z][A-Z0-9_]{2,})'|\b(?P<unset>[A-Z][A-Z0-9_]{3,}) is not set"
    r"|set(?:ting)? the `?(?P<sdk>[A-Z][A-Z0-9_]{3,})`?"  # as OpenAI's SDK says it
)
_FIX = "Mend the file that it names; `countersign demo` shows the exception beside your code."
_NO_ENV_FILE = '"env" in {config} names {file}, and there is no such file.'
_NO_TOOL = "Graph {graph}: interrupt_on names {tools}, and there is no such tool: nobody is asked about it."
_UNGATED = "Graph {graph} runs all its tools without asking anybody: {tools}."
_UNUSED = "{config} has keys that Countersign does not use: {keys}."


async def check_graphs(examination: CheckContext) -> AsyncIterator[CheckResult]:
    path = examination.settings.langgraph_config
    try:
        read_project_env(path)
        config = read_graph_config(path)
    except GraphConfigError as error:
        yield fail(str(error), f"Mend {path}. `countersign init` writes a project to begin with.")
        return
    for finding in _about_config(config):
        yield finding
    # A graph may print, which must not get into what `--json` prints.
    with contextlib.redirect_stdout(sys.stderr):
        async with AsyncExitStack() as stack:
            loaded, failed = await _load(config, stack)
            examination.graphs = loaded
            for finding in failed:
                yield finding
            if not failed:
                try:
                    hosted = await host_graphs(
                        config, loaded, examination.settings.default_graph, lambda _thread: None, stack
                    )
                except GraphConfigError as error:
                    yield fail(str(error), _FIX)
                else:
                    for finding in _about_graphs(hosted, loaded):
                        yield finding


async def _load(
    config: GraphConfig, stack: AsyncExitStack
) -> tuple[dict[str, LoadedGraph], list[CheckResult]]:
    """Each graph by itself, so that one that fails does not hide the next."""
    loaded: dict[str, LoadedGraph] = {}
    failed: list[CheckResult] = []
    for spec in config.specs:
        try:
            loaded |= await load_graphs(replace(config, specs=(spec,)), stack)
        except GraphConfigError as error:
            found = _VARIABLE.search(str(error))
            variable = found[str(found.lastgroup)] if found else None
            failed.append(fail(str(error), f"Set {variable} in .env." if variable else _FIX))
    return loaded, failed


def _about_config(config: GraphConfig) -> Iterator[CheckResult]:
    named = json.loads(config.path.read_text(encoding="utf-8")).get("env")
    if isinstance(named, str) and named != ".env" and not (config.path.parent / named).exists():
        yield warn(_NO_ENV_FILE.format(config=config.path, file=named), "Write the file, or remove the key.")
    if advice := advise_on_requirements(config):
        yield warn(advice, "Install them into this environment.")
    if config.unused:
        keys = ", ".join(config.unused)
        yield warn(_UNUSED.format(config=config.path, keys=keys), "Nothing has to be done.")


def _about_graphs(hosted: Graphs, loaded: dict[str, LoadedGraph]) -> Iterator[CheckResult]:
    for name, graph in loaded.items():
        if without := gates_without_tool(graph.sample):
            yield fail(
                _NO_TOOL.format(graph=name, tools=", ".join(without)),
                "Write the tool's name as the tool has it.",
            )
        tools, asks = tool_names(graph.sample), any(node.questions for node in hosted.answers[name].nodes)
        if tools and not asks and not gated_tools(graph.sample) and not _stops(graph):
            seen = _UNGATED.format(graph=name, tools=", ".join(tools))
            yield warn(seen, "Name those that change something in HumanInTheLoopMiddleware's interrupt_on.")
    yield ok(f"{len(loaded)} graphs are loaded; {hosted.default} is the default.")


def _stops(graph: LoadedGraph) -> bool:
    return bool(graph.sample.interrupt_before_nodes or graph.sample.interrupt_after_nodes)
