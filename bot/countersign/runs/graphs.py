"""The graphs that this process hosts."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

import psycopg
import structlog
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.store.base import BaseStore
from langgraph.store.postgres.base import PostgresIndexConfig
from psycopg_pool import AsyncConnectionPool

from countersign.approvals.json import Json
from countersign.encryption import KeyRing
from countersign.flow.error_report import ErrorReport
from countersign.flow.errors import DatabaseUnavailable
from countersign.flow.files.kinds import FileKinds
from countersign.flow.graph_state import GraphInfo
from countersign.flow.ports import Watch
from countersign.flow.thread import ThreadRef
from countersign.interrupts.code import GraphReading
from countersign.runs.errors.error_reports import ErrorReports
from countersign.runs.errors.run_errors import report_failure
from countersign.runs.graph_readings import GraphReadings, read_graphs
from countersign.runs.graph_thread import GraphThread, thread_config
from countersign.runs.loading import LoadedGraph, load_graphs
from countersign.runs.persistence.checkpointer import Checkpointer, is_database_unavailable
from countersign.runs.persistence.long_term_store import LongTermStore, load_index, open_project_store
from countersign.runs.project.config import GraphConfig, GraphConfigError
from countersign.runs.run_control import StoppableRun
from countersign.runs.serialization.own_types import OwnTypes
from countersign.runs.serialization.serializer import CheckpointSerializer, build_serializer
from countersign.runs.state.pending_interrupts import RecordsLastRead
from countersign.runs.streaming.graph_steps import graph_steps
from countersign.runs.streaming.message_nodes import message_nodes
from countersign.runs.streaming.streamed_run import StreamedGraph, StreamedRun

Redact: TypeAlias = Callable[[str], str]

log = structlog.get_logger()


class _Saver(RecordsLastRead, Checkpointer):
    """One run's checkpointer, which tells the run's control of each step that it saves."""

    control: StoppableRun | None = None

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        saved = await super().aput(config, checkpoint, metadata, new_versions)
        outermost = not config["configurable"].get("checkpoint_ns")
        if self.control is not None and outermost and metadata.get("source") == "loop":
            self.control.step_saved()
        return saved


@dataclass
class Project:
    """What the graphs of one langgraph.json share. `store` is set once the database is open.

    `index` is what langgraph.json says of the PostgreSQL store's search by meaning.
    """

    types: OwnTypes = field(default_factory=lambda: OwnTypes(()))
    serializer: JsonPlusSerializer = field(default_factory=CheckpointSerializer)
    index: PostgresIndexConfig | None = None
    store: BaseStore | None = None

    def encrypt_checkpoints(self, key_ring: KeyRing | None) -> None:
        """From now on; what was stored before is read either way."""
        if isinstance(self.serializer, CheckpointSerializer):
            self.serializer.key_ring = key_ring

    async def sweep_store(self) -> None:
        """Delete what has expired in PostgreSQL's store. Raises DatabaseUnavailable."""
        if isinstance(self.store, LongTermStore):
            await self.store.sweep_ttl()


class Graphs:
    """`host(thread)` makes the object through which a thread's tools call Slack.

    With `redact`, which removes the secrets of a text, there are reports of errors for the graphs' authors.
    """

    def __init__(
        self,
        loaded: Mapping[str, LoadedGraph],
        default: str,
        host: Callable[[ThreadRef], object],
        project: Project | None = None,
        redact: Redact | None = None,
        shows_state: Callable[[], bool] = lambda: False,
        files: FileKinds | None = None,
        reading: GraphReadings | None = None,
    ) -> None:
        """Without a project, checkpoints bring back no types but those of the graphs' own states.

        `shows_state`: whether a state that is read has with it what people may change of it. `files` are the
        kinds that every graph is given; None: those that its model takes. `reading`: what `read_graphs`
        found in their code, if it was read already.
        """
        self.project = project or Project()
        self._loaded = loaded
        self._host = host
        self._controls: dict[StoppableRun, str] = {}  # of the runs of now, with the ids of their threads
        self._draining = False
        self.default = default
        reading = reading or read_graphs(loaded, files)
        self._plans = reading.plans
        self._shows_state = shows_state
        self._watched: dict[str, StreamedGraph] = {}
        self._reports = ErrorReports(reading.own, redact) if redact else None
        self.infos: Mapping[str, GraphInfo] = reading.infos
        self.answers: Mapping[str, GraphReading] = reading.answers

    @asynccontextmanager
    async def bind(
        self,
        name: str,
        thread: ThreadRef,
        session: psycopg.AsyncConnection[Any],
        starter: str | None = None,
        watch: Watch | None = None,
    ) -> AsyncIterator[GraphThread]:
        """One graph in one thread. Its checkpointer writes over the session that holds the thread's lock.

        `watch` is told what runs do, from any thread.

        `starter` is the user who starts this run; None where an earlier run continues. Raises RunFailed if a
        graph that is built per run cannot be built.
        """
        config = thread_config(thread, self._host(thread))
        control = StoppableRun()
        if self._draining:
            control.request_drain()
        self._controls[control] = thread.id
        try:
            async with AsyncExitStack() as stack:
                loaded, saver = self._loaded[name], _Saver(session, serde=self.project.serializer)
                saver.control = control
                failed = partial(report_failure, name, thread.id, self._reports)
                try:
                    built = config
                    if loaded.built_per_run:
                        built = await _run_config(config, saver, starter)
                        built["configurable"] = {
                            **self._plans[name].context.configurable({}),
                            **built["configurable"],
                        }
                    graph = await stack.enter_async_context(
                        loaded.open(built, saver, self.project.store, self.project.types.names())
                    )
                except Exception as error:
                    if is_database_unavailable(error, session):
                        raise DatabaseUnavailable from error
                    raise failed(error) from error
                yield GraphThread(
                    graph,
                    self.infos[name],
                    self._plans[name],
                    config,
                    session,
                    control,
                    saver.reads,
                    self.answers[name],
                    failed,
                    shows_state=self._shows_state(),
                    streamed_run=self._streamed_run(name, watch, control),
                )
        finally:
            self._controls.pop(control, None)

    def _streamed_run(self, name: str, watch: Watch | None, control: StoppableRun) -> StreamedRun | None:
        if watch is None:
            return None
        if name not in self._watched:
            graph = self._loaded[name].sample
            self._watched[name] = StreamedGraph(message_nodes=message_nodes(graph), steps=graph_steps(graph))
        return StreamedRun(graph=self._watched[name], report=watch, stopping=lambda: control.ends_model_calls)

    async def describe(
        self, name: str, thread: ThreadRef, sessions: AsyncConnectionPool[psycopg.AsyncConnection[Any]]
    ) -> Json:
        """The state of a graph in a thread, for its inspector. Takes no lock."""
        async with sessions.connection() as session, self.bind(name, thread, session) as graph:
            return await graph.describe()

    def report_error(self, error_id: str, name: str, error: BaseException) -> ErrorReport | None:
        """What an error in a step says to the graph's author. None: no reports are kept."""
        return self._reports.describe(error_id, name, error) if self._reports else None

    @property
    def running(self) -> frozenset[str]:
        """The ids of the threads in which a graph runs here, or is read. Any thread may ask."""
        return frozenset(self._controls.copy().values())

    def stop(self, thread_ids: Collection[str]) -> None:
        """End the runs of these threads after the step that they are in, or where their model writes.

        Nobody continues them.
        """
        for control, thread_id in self._controls.items():
            if thread_id in thread_ids:
                control.request_stop()

    def drain(self) -> None:
        """Stop every run at its next superstep; another process continues it."""
        self._draining = True
        for control in self._controls:
            control.request_drain()


async def _run_config(config: RunnableConfig, saver: Checkpointer, starter: str | None) -> RunnableConfig:
    """The config for a graph that is built per run: the run's own, with the user who started it."""
    if starter is None:
        latest = await saver.aget_tuple(config)
        starter = str(latest.metadata.get("slack_user_id", "")) if latest else ""
    return {"configurable": {**config["configurable"], "slack_user_id": starter}}


@asynccontextmanager
async def open_graphs(
    config: GraphConfig,
    default: str | None,
    host: Callable[[ThreadRef], object],
    redact: Redact | None = None,
    shows_state: Callable[[], bool] = lambda: False,
    files: FileKinds | None = None,
) -> AsyncIterator[Graphs]:
    """Load all graphs; what their factories opened is closed in the end. Raises GraphConfigError."""
    async with AsyncExitStack() as stack:
        loaded = await load_graphs(config, stack)
        yield await host_graphs(config, loaded, default, host, stack, redact, shows_state, files)


async def host_graphs(
    config: GraphConfig,
    loaded: Mapping[str, LoadedGraph],
    default: str | None,
    host: Callable[[ThreadRef], object],
    stack: AsyncExitStack,
    redact: Redact | None = None,
    shows_state: Callable[[], bool] = lambda: False,
    files: FileKinds | None = None,
) -> Graphs:
    """Read the code of loaded graphs, and open what they share. Raises GraphConfigError."""
    if default is not None and default not in loaded:
        known = ", ".join(loaded)
        raise GraphConfigError(f"DEFAULT_GRAPH is {default}, and {config.path} has only: {known}.")
    project = await _project(config, loaded, stack)
    return Graphs(loaded, default or config.default, host, project, redact, shows_state, files)


async def _project(config: GraphConfig, loaded: Mapping[str, LoadedGraph], stack: AsyncExitStack) -> Project:
    if config.unused:
        log.warning("config_not_used", text=f"{config.path}: not used: {', '.join(config.unused)}.")
    own = OwnTypes(
        [project.folder for project in config.projects],
        {graph.package for graph in loaded.values() if graph.package},
    )
    serializer, types = build_serializer(config.serde, own)
    types.names()  # the first call reads a whole project: not while a run waits for it
    return Project(
        types=types,
        serializer=serializer,
        index=load_index(config),
        store=await open_project_store(config, stack),
    )
