"""The composition root: opens every room, wires them, runs until it is told to stop, closes in reverse."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog

from countersign.door import Check, Handler, build_door
from countersign.flow.advance import Advance
from countersign.flow.decide import Decide
from countersign.flow.deliver import Courier
from countersign.flow.metrics import Metrics
from countersign.flow.progress import Progress
from countersign.flow.replying import Replying
from countersign.flow.retention import Retention
from countersign.flow.tool_host import ToolHost
from countersign.insight import PATH, Insight
from countersign.jobs.queue import Queue
from countersign.jobs.repairs import Reaper, every
from countersign.jobs.worker import Worker
from countersign.operators import operators_door, render_metrics, waiting_door
from countersign.process import keep_what_is_loaded
from countersign.reaching_slack import reach_slack
from countersign.runs.checkpoints import Checkpoints
from countersign.runs.config import read_graph_config
from countersign.runs.graphs import Graphs, open_graphs
from countersign.settings import DatabaseSettings, Settings
from countersign.slack.bolt_app import build_bolt_app
from countersign.slack.client import SlackClient
from countersign.slack.desk import Desk
from countersign.slack.http import events_handler
from countersign.slack.scopes import scope_warning
from countersign.slack.socket_mode import SocketMode
from countersign.slack.web_api import WebApi, Workspace, open_web
from countersign.store.database import for_checkpoints, open_database
from countersign.store.effects import Effects
from countersign.store.housekeeping import Housekeeping
from countersign.store.locks import Locks
from countersign.store.outbox import Outbox
from countersign.store.pool import for_statements, open_pool
from countersign.store.records import Records
from countersign.store.threads import Threads

_DELIVER_EVERY = 1.0  # seconds between two looks at what could not be posted
_REPAIR_EVERY = 5.0  # seconds between two looks at what a crash left undone
_REAP_EVERY = 2.0
_REPAIRS_END = 1.0  # seconds in which a repair has ended after it was cancelled
_HANDING_BACK = 10.0  # seconds that a worker has beyond its grace, before it is cancelled once more

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """Everything that is open, for the parts that run."""

    settings: Settings
    threads: Threads
    outbox: Outbox
    housekeeping: Housekeeping
    queue: Queue
    reaper: Reaper
    api: WebApi
    workspace: Workspace
    slack: SlackClient
    graphs: Graphs
    decide: Decide
    courier: Courier
    advance: Advance
    retention: Retention
    insight: Insight
    metrics: Metrics


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_rooms(settings: Settings, *, listen: bool) -> AsyncIterator[Rooms]:
    """Open the graphs, the database and Slack's Web API. Raises CountersignError, for the operator."""
    async with AsyncExitStack() as stack:
        # First what is in the operator's hands alone: none of it should wait for a Slack that is away.
        graphs = await open_graphs(
            read_graph_config(settings.langgraph_config),
            settings.default_graph,
            lambda _thread: ToolHost(slack, effects),
            stack,
        )
        given = settings.database_url.get_secret_value() if settings.database_url else None
        url = await stack.enter_async_context(open_database(given, settings.data_dir))
        pool = await stack.enter_async_context(
            await open_pool(url, max_size=settings.concurrency + 4, configure=for_statements)
        )
        sessions = await stack.enter_async_context(
            await open_pool(
                url,
                max_size=settings.concurrency + 1,
                application_name="countersign run",
                configure=for_checkpoints,
            )
        )
        queue = Queue(pool)
        await queue.open()
        threads, outbox = Threads(pool, queue.defer), Outbox(pool, queue.defer)
        token = settings.slack_bot_token.get_secret_value()
        api = WebApi(await stack.enter_async_context(open_web(settings.slack_api_url, token)))
        housekeeping, metrics = Housekeeping(pool), Metrics()
        app_token = settings.slack_app_token if listen else None
        workspace = await reach_slack(
            api,
            app_token.get_secret_value() if app_token else None,
            lambda: waiting_door(settings, api, housekeeping, metrics, listen=listen),
        )
        if warning := scope_warning(workspace):
            log.warning("scopes_missing", text=warning)
        slack = SlackClient(api, workspace)
        effects = Effects(pool)
        decide = Decide(threads, now, metrics)
        courier = Courier(threads, outbox, slack, metrics)
        locks = Locks(sessions)
        advance = Advance(
            store=threads,
            locks=locks,
            graphs=graphs,
            courier=courier,
            replying=Replying(decide, slack, now),
            clock=now,
            metrics=metrics,
        )
        yield Rooms(
            settings=settings,
            threads=threads,
            outbox=outbox,
            housekeeping=housekeeping,
            queue=queue,
            reaper=Reaper(pool, queue),
            api=api,
            workspace=workspace,
            slack=slack,
            graphs=graphs,
            decide=decide,
            courier=courier,
            advance=advance,
            insight=Insight(Records(pool), graphs, sessions),
            retention=Retention(housekeeping, locks, Checkpoints(), settings.retention or None),
            metrics=metrics,
        )


async def run_bot(settings: Settings, stop: asyncio.Event, *, listen: bool, work: bool) -> None:
    """Serve until `stop`: then take nothing new, let running steps end or hand them back, and close."""
    async with AsyncExitStack() as stack:
        rooms = await _opened(settings, stop, stack, listen=listen)
        if rooms is None:
            return
        if work:
            rooms.queue.handle(Progress(rooms.advance, rooms.slack), rooms.retention)
            await stack.enter_async_context(_working(rooms))
        if listen:
            await stack.enter_async_context(_listening(rooms))
        elif settings.worker_port is not None:
            await stack.enter_async_context(_worker_door(rooms))
        keep_what_is_loaded()
        log.info(
            "ready", team=rooms.workspace.team, listen=listen, work=work, graphs=list(rooms.graphs.infos)
        )
        await stop.wait()
        log.info("stopping")


async def _opened(
    settings: Settings, stop: asyncio.Event, stack: AsyncExitStack, *, listen: bool
) -> Rooms | None:
    """The rooms, open until `stack` ends; None if `stop` came first, whatever they were waiting for."""
    opening = asyncio.timeout(None)

    async def give_up() -> None:
        await stop.wait()
        opening.reschedule(asyncio.get_running_loop().time())

    giving_up = asyncio.create_task(give_up())
    try:
        async with opening:
            return await stack.enter_async_context(open_rooms(settings, listen=listen))
    except TimeoutError:
        if not opening.expired():
            raise
        log.info("stopped_before_it_was_ready")
        return None
    finally:
        giving_up.cancel()


@asynccontextmanager
async def _working(rooms: Rooms) -> AsyncIterator[None]:
    """A worker and its repairs, until the context ends: then the graphs drain and the worker hands back."""
    worker = Worker(rooms.queue, rooms.settings.concurrency, rooms.settings.shutdown_grace)
    repairs = [
        every(_DELIVER_EVERY, "deliver", rooms.courier.deliver_due),
        every(_REPAIR_EVERY, "redraw", rooms.courier.redraw_stale),
        every(_REPAIR_EVERY, "forgotten", rooms.threads.forgotten),
        every(_REAP_EVERY, "reap", rooms.reaper.reap),
    ]
    ending = rooms.settings.shutdown_grace + _HANDING_BACK
    async with _background(ending, worker.run()), _background(_REPAIRS_END, *repairs):
        try:
            yield
        finally:
            rooms.graphs.drain()


@asynccontextmanager
async def _listening(rooms: Rooms) -> AsyncIterator[None]:
    """Slack's door, and the HTTP door for operators."""
    settings = rooms.settings
    desk = Desk(
        api=rooms.api,
        client=rooms.slack,
        workspace=rooms.workspace,
        store=rooms.threads,
        decide=rooms.decide,
        courier=rooms.courier,
        graphs=rooms.graphs.infos,
        default_graph=rooms.graphs.default,
    )
    secret = settings.slack_signing_secret
    bolt = build_bolt_app(desk, signing_secret=secret.get_secret_value() if secret else None)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(desk.background.close)
        checks: dict[str, Check] = {"database": rooms.housekeeping.check}
        handler: Handler | None = None
        if settings.slack_app_token is not None:
            socket = SocketMode(bolt, settings.slack_app_token.get_secret_value())
            await socket.start()
            stack.push_async_callback(socket.close)
            checks["slack"] = socket.check
        else:
            handler = events_handler(bolt)
            checks["slack"] = rooms.api.check
        others = _insight(rooms)
        metrics = partial(render_metrics, rooms.housekeeping, rooms.metrics)
        door = build_door(checks, metrics, handler, others)
        await stack.enter_async_context(operators_door(settings, door, listen=True))
        yield


@asynccontextmanager
async def _worker_door(rooms: Rooms) -> AsyncIterator[None]:
    """The operators' door of a process that only works, on a port of its own."""
    checks: dict[str, Check] = {"database": rooms.housekeeping.check, "slack": rooms.api.check}
    door = build_door(
        checks, partial(render_metrics, rooms.housekeeping, rooms.metrics), None, _insight(rooms)
    )
    async with operators_door(rooms.settings, door, listen=False):
        yield


def _insight(rooms: Rooms) -> dict[str, Handler]:
    token = rooms.settings.insight_token
    return {PATH: rooms.insight.handler(token.get_secret_value())} if token else {}


@asynccontextmanager
async def _background(patience: float, *coroutines: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these beside the body; when it ends, cancel them and wait until they are done with ending.

    Before Python 3.12, `asyncio.wait_for` can swallow a cancellation that comes as it gets its result, and
    psycopg's pool waits with it. So what has not ended after `patience` seconds is cancelled again.
    """
    running = {asyncio.create_task(coroutine) for coroutine in coroutines}
    try:
        yield
    finally:
        while running:
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=patience)


async def migrate_database(settings: DatabaseSettings) -> None:
    """Bring the tables up to date. Raises DatabaseError."""
    given = settings.database_url.get_secret_value() if settings.database_url else None
    async with open_database(given, settings.data_dir):
        log.info("database_ready")
