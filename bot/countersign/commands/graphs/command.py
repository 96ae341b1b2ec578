"""The command `graphs`: which answers the code of the graphs takes, and whether waiting approvals fit."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from countersign.commands.graphs.pending_approval_check import GraphCode, incompatibilities
from countersign.commands.placeholder_keys import PlaceholderKeys
from countersign.interrupts.code import (
    AnswerShape,
    GraphReading,
    NodeReading,
    Question,
    SourceLocation,
    Unknown,
    notation,
    parts_of,
)
from countersign.logs import configure_logging
from countersign.runs.loading import LoadedGraph, load_graphs
from countersign.runs.project.config import GraphConfig, GraphConfigError, GraphSpec, read_graph_config
from countersign.runs.source.answers import own_code, read_all_answers
from countersign.runs.source.node_interrupts import nodes_that_raise
from countersign.runs.source.static.graph_reader import read_statically
from countersign.runs.source.static.module_files import module_file
from countersign.settings import GraphSettings, read_graph_settings
from countersign.store.connections.database import open_database
from countersign.store.connections.pool import open_pool
from countersign.store.diagnostics import Diagnostics

_NOTHING = "No node of it asks a person."
_NOTHING_FOUND = "No question was found in them."
_NOT_LOADED = "It cannot be loaded. This is what its files show:"


def run_graphs(given: argparse.Namespace) -> int:
    """Return the exit code: 0 all is well, 1 it found something. Raises CountersignError."""
    configure_logging("text", logging.ERROR)
    settings = read_graph_settings()
    return asyncio.run(_check(settings) if given.check else _answers(settings))


async def _answers(settings: GraphSettings) -> int:
    graphs = await _load(settings.langgraph_config)
    for graph in graphs.read.values():
        print("\n".join(describe(graph)))
    for reading in filter(None, graphs.failed.values()):
        shown = list(_nodes(reading)) or [f"  {_NOTHING_FOUND}"]
        print("\n".join((reading.graph, f"  {_NOT_LOADED}", *shown)))
    unread = any(node.problem for graph in graphs.read.values() for node in graph.answers.nodes)
    return 1 if unread or graphs.failed else 0


async def _check(settings: GraphSettings) -> int:
    graphs = await _load(settings.langgraph_config)
    given = settings.database
    # Not migrated: the bot that is to be replaced may still run on it.
    async with (
        open_database(given, settings.data_dir, migrated=False) as url,
        await open_pool(url, max_size=2, key_ring=settings.key_ring) as pool,
    ):
        waiting = await Diagnostics(pool).waiting_questions()
    found = list(incompatibilities(waiting, graphs.read, graphs.failed))
    for misfit in found:
        question = misfit.question
        since = f"{question.status} since {question.opened_at:%Y-%m-%d %H:%M %Z}"
        print(f"{question.thread_id}  {since}: {misfit.reason}.  ({question.approval_id})")
    print(f"{len(waiting)} approvals wait; the code could not take the answer to {len(found)} of them.")
    return 1 if found or graphs.failed else 0


@dataclass(frozen=True, kw_only=True)
class _Graphs:
    read: Mapping[str, GraphCode]
    failed: Mapping[str, GraphReading | None]  # those that cannot be loaded: what their files show


async def _load(config: Path) -> _Graphs:
    """Each graph by itself, and without the keys of models: none is called. Says which cannot be loaded."""
    given = read_graph_config(config)
    loaded: dict[str, LoadedGraph] = {}
    failed: dict[str, GraphReading | None] = {}
    async with AsyncExitStack() as stack:
        keys = stack.enter_context(closing(PlaceholderKeys()))
        for spec in given.specs:
            only = replace(given, specs=(spec,))
            try:
                loaded |= await keys.load(partial(load_graphs, only, stack))
            except GraphConfigError as error:
                failed[spec.name] = _read_files(given, spec)
                print(f"countersign: {error}", file=sys.stderr)
        return _Graphs(read=_read(loaded), failed=failed)


def _read_files(config: GraphConfig, spec: GraphSpec) -> GraphReading | None:
    """None where there is no file."""
    file = spec.file or module_file(config.import_paths, spec.module or "")
    if file is None or not file.is_file():
        return None
    return read_statically(spec.name, file, config.import_paths)


def _read(loaded: Mapping[str, LoadedGraph]) -> dict[str, GraphCode]:
    own = own_code(loaded)
    answers = read_all_answers(loaded, own)
    return {
        name: GraphCode(
            nodes=frozenset(graph.sample.nodes),
            answers=answers[name],
            stops_before=graph.sample.interrupt_before_nodes,
            stops_after=graph.sample.interrupt_after_nodes,
            raises=nodes_that_raise(graph.sample, own),
        )
        for name, graph in loaded.items()
    }


def describe(graph: GraphCode) -> Iterator[str]:
    """The lines for one graph."""
    yield graph.answers.graph
    lines = list(_nodes(graph.answers))
    lines += [f"  {_named(name)}  stops before it (interrupt_before)" for name in _each(graph.stops_before)]
    lines += [f"  {_named(name)}  stops after it (interrupt_after)" for name in _each(graph.stops_after)]
    lines += [f"  {name}  may stop in it (NodeInterrupt), and takes no answer" for name in graph.raises]
    yield from lines or [f"  {_NOTHING}"]


def _nodes(reading: GraphReading) -> Iterator[str]:
    for node in reading.nodes:
        yield from _node(node)


def _each(nodes: Collection[str]) -> Collection[str]:
    return [nodes] if isinstance(nodes, str) else nodes


def _named(name: str) -> str:
    return "(each node)" if name == "*" else name


def _node(node: NodeReading) -> Iterator[str]:
    name = "/".join(node.path) or "(all of it)"
    for question in node.questions:
        yield from _question(name, question)
    for library in node.library:
        yield f"  {name}  asks through {library}, which says itself what it takes"
    if node.problem is not None:
        yield f"  {name}  cannot be read: {node.problem}"


def _question(name: str, question: Question) -> Iterator[str]:
    shape = question.shape
    yield f"  {name}  {_place(question.where)}  {notation(shape)}"
    yield f"      asks     {question.code}"
    if question.declared:
        yield "      takes    what its response_schema says"
    elif isinstance(shape, Unknown):
        yield f"      unknown  {shape.evidence}" + (f"  ({_place(shape.where)})" if shape.where else "")
    else:
        for where, code in _reasons(question):
            yield f"      because  {code}  ({_place(where)})"


def _reasons(question: Question) -> Sequence[tuple[SourceLocation, str]]:
    """The lines that say what the answer is; the line that asks only where no other one does."""
    asking = (question.where, question.code)
    shape = question.shape
    if shape.where is not None and shape.evidence and (shape.where, shape.evidence) != asking:
        return [(shape.where, shape.evidence)]
    return [each for each in dict.fromkeys(_known(shape)) if each != asking] or [asking]


def _known(shape: AnswerShape) -> Iterator[tuple[SourceLocation, str]]:
    """The line that decides the shape, then those that decide its parts."""
    if shape.where is not None and shape.evidence:
        yield shape.where, shape.evidence
    for part in parts_of(shape):
        yield from _known(part)


def _place(where: SourceLocation) -> str:
    """`file:line`, from here where it is below."""
    path = Path(where.file)
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else Path(os.path.relpath(path, here))
    return f"{shown}:{where.line}"
