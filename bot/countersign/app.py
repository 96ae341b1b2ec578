"""The composition root: opens every service, wires them, runs until it is told to stop, closes in reverse."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog

from countersign.anchoring import Anchoring, anchor_targets
from countersign.approvals.audit import EntryHasher
from countersign.flow.decisions.decide import Decide
from countersign.flow.decisions.reply_handler import ReplyHandler
from countersign.flow.decisions.withdraw_vote import WithdrawVote
from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.errors import DatabaseUnavailable
from countersign.flow.metrics import Metrics
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.rule_assignment import RuleAssignment
from countersign.flow.policy.voting import Voting
from countersign.flow.retention import Retention
from countersign.flow.steps.progress_indicator import ProgressIndicator
from countersign.flow.steps.start_permission import StartPermission, StartPolicy
from countersign.flow.steps.thread_runner import ThreadRunner
from countersign.flow.thread import ThreadRef
from countersign.flow.tools.tool_host import ToolHost
from countersign.http.admin_server import open_admin_server, open_startup_server, render_metrics
from countersign.http.inspection_api import PATH, InspectionApi
from countersign.http.server import Handler, HealthCheck, build_http_app
from countersign.jobs.periodic import run_every
from countersign.jobs.queue import Queue
from countersign.jobs.stalled_jobs import StalledJobReaper
from countersign.jobs.worker import Worker
from countersign.policy_reload import PolicyReload
from countersign.policy_support import load_supported_policy
from countersign.runs.blocking_watchdog import watched
from countersign.runs.checkpoints import Checkpoints
from countersign.runs.config import read_graph_config
from countersign.runs.graph_loop import GraphsOnGraphLoop, LocksOnGraphLoop, open_graph_loop
from countersign.runs.graphs import open_graphs
from countersign.runs.loop_bridge import LoopBridge
from countersign.runtime import new_event_loop, tune_garbage_collector
from countersign.settings import DatabaseSettings, Settings
from countersign.slack.background_tasks import BackgroundTasks
from countersign.slack.client import SlackClient
from countersign.slack.listeners.context import ListenerContext
from countersign.slack.transport.bolt_app import build_bolt_app
from countersign.slack.transport.http import events_handler
from countersign.slack.transport.scopes import scope_warning
from countersign.slack.transport.socket_mode import SocketMode
from countersign.slack.transport.web_api import WebApi, Workspace, open_web
from countersign.slack_startup import connect_to_slack
from countersign.store.database import open_database
from countersign.store.diagnostics import Diagnostics
from countersign.store.effects import Effects
from countersign.store.ledger import Ledger
from countersign.store.outbox import Outbox
from countersign.store.pool import configure_for_statements, open_pool, open_session_pool
from countersign.store.retention import RetentionStore
from countersign.store.thread_locks import ThreadLocks
from countersign.store.threads import ThreadStore

_DELIVER_EVERY = 1.0  # seconds between two attempts to post what could not be posted
_REPAIR_EVERY = 5.0  # seconds between two searches for what a crash left undone
_SEAL_EVERY = 1.0  # seconds in which an entry of the ledger gets its place in the chain
_REAP_EVERY = 2.0  # seconds between two searches for jobs whose worker died
_REPAIR_CANCEL_TIMEOUT = 1.0  # seconds until a repair that was cancelled is cancelled again
_WORKER_CANCEL_TIMEOUT = 10.0  # the same for a worker, on top of SHUTDOWN_GRACE

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything that is open and wired, for the tasks that run on it."""

    settings: Settings
    policy: CurrentPolicy
    threads: ThreadStore
    outbox: Outbox
    ledger: Ledger
    anchoring: Anchoring
    diagnostics: Diagnostics
    queue: Queue
    reaper: StalledJobReaper
    api: WebApi
    workspace: Workspace
    slack: SlackClient
    graphs: GraphsOnGraphLoop
    decide: Decide
    withdraw_vote: WithdrawVote
    delivery: MessageDelivery
    run_thread: ThreadRunner
    retention: Callable[[], Awaitable[None]]
    inspection: InspectionApi
    metrics: Metrics


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_services(settings: Settings, *, listen: bool) -> AsyncIterator[Services]:
    """Open the graphs, the database and Slack's Web API. Raises CountersignError, for the operator."""
    async with AsyncExitStack() as stack:
        # First what the operator alone can mend: a mistake there must not wait for a Slack that is away.
        policy = CurrentPolicy(load_supported_policy(settings.policy_file))
        main, graph_loop = LoopBridge.here(), await stack.enter_async_context(open_graph_loop(new_event_loop))
        config = read_graph_config(settings.langgraph_config)
        hosted = await stack.enter_async_context(
            graph_loop.enter(
                lambda: open_graphs(
                    config,
                    settings.default_graph,
                    lambda _thread: ToolHost(main.proxy(slack), main.proxy(effects)),
                )
            )
        )
        await stack.enter_async_context(watched(graph_loop))
        graphs = GraphsOnGraphLoop(graph_loop, hosted)
        given = settings.database_url.get_secret_value() if settings.database_url else None
        url = await stack.enter_async_context(open_database(given, settings.data_dir))
        pool = await stack.enter_async_context(
            await open_pool(url, max_size=settings.concurrency + 4, configure=configure_for_statements)
        )
        sessions = await stack.enter_async_context(
            graph_loop.enter(lambda: open_session_pool(url, settings.concurrency + 2))
        )
        queue = Queue(pool)
        await queue.open()
        hasher = EntryHasher(settings.ledger_key.get_secret_value().encode() if settings.ledger_key else None)
        ledger = Ledger(pool, hasher)
        threads, outbox = ThreadStore(pool, queue.defer, hasher), Outbox(pool, queue.defer)
        token = settings.slack_bot_token.get_secret_value()
        api = WebApi(await stack.enter_async_context(open_web(settings.slack_api_url, token)))
        diagnostics, metrics = Diagnostics(pool), Metrics()
        app_token = settings.slack_app_token if listen else None
        workspace = await connect_to_slack(
            api,
            app_token.get_secret_value() if app_token else None,
            lambda: open_startup_server(settings, api, diagnostics, metrics, listen=listen),
        )
        if warning := scope_warning(workspace):
            log.warning("scopes_missing", text=warning)
        slack = SlackClient(api, workspace)
        effects = Effects(pool)
        voting = Voting(policy, slack.directory, now)
        decide = Decide(threads, now, metrics, voting)
        delivery = MessageDelivery(threads, outbox, slack, metrics)
        locks = ThreadLocks(sessions)
        notices = BackgroundTasks()
        stack.push_async_callback(notices.close)

        def notify(thread: ThreadRef, user: str, text: str) -> None:
            notices.start("notify user", slack.post_ephemeral(thread, user, text))

        retention = Retention(RetentionStore(sessions), locks, Checkpoints(), settings.retention or None)
        run_thread = ThreadRunner(
            store=threads,
            locks=LocksOnGraphLoop(graph_loop, locks),
            graphs=graphs,
            delivery=delivery,
            reply_handler=ReplyHandler(decide, threads, slack, now, words_decide=settings.replies == "on"),
            start_permission=StartPermission(slack, StartPolicy(settings.start)),
            notify=notify,
            clock=now,
            metrics=metrics,
            assign_rules=RuleAssignment(policy, slack.directory, now),
        )
        yield Services(
            settings=settings,
            policy=policy,
            threads=threads,
            outbox=outbox,
            ledger=ledger,
            anchoring=Anchoring(
                ledger, anchor_targets(settings.ledger_anchor, slack), settings.ledger_anchor_every
            ),
            diagnostics=diagnostics,
            queue=queue,
            reaper=StalledJobReaper(pool, queue),
            api=api,
            workspace=workspace,
            slack=slack,
            graphs=graphs,
            decide=decide,
            withdraw_vote=WithdrawVote(threads, voting),
            delivery=delivery,
            run_thread=run_thread,
            inspection=InspectionApi(
                diagnostics,
                hosted.infos,
                lambda name, thread: graph_loop.call(lambda: hosted.describe(name, thread, sessions)),
            ),
            retention=lambda: graph_loop.call(retention),
            metrics=metrics,
        )


async def run_bot(settings: Settings, stop: asyncio.Event, *, listen: bool, work: bool) -> None:
    """Serve until `stop`: then take nothing new, let running steps end or hand them back, and close."""
    async with AsyncExitStack() as stack:
        services = await _open_unless_stopped(settings, stop, stack, listen=listen)
        if services is None:
            return
        if work:
            services.queue.handle(ProgressIndicator(services.run_thread, services.slack), services.retention)
            await stack.enter_async_context(_worker(services))
        if listen:
            await stack.enter_async_context(_listener(services))
        elif settings.worker_port is not None:
            await stack.enter_async_context(_worker_admin_server(services))
        reload = PolicyReload(settings.policy_file, services.policy)
        await stack.enter_async_context(_background(_REPAIR_CANCEL_TIMEOUT, reload.run()))
        tune_garbage_collector()
        log.info(
            "ready",
            team=services.workspace.team,
            listen=listen,
            work=work,
            graphs=list(services.graphs.infos),
        )
        await stop.wait()
        log.info("stopping")


async def _open_unless_stopped(
    settings: Settings, stop: asyncio.Event, stack: AsyncExitStack, *, listen: bool
) -> Services | None:
    """The services, open until `stack` ends; None if `stop` was set first, whatever opening waited for."""
    opening = asyncio.timeout(None)

    async def give_up() -> None:
        await stop.wait()
        opening.reschedule(asyncio.get_running_loop().time())

    giving_up = asyncio.create_task(give_up())
    try:
        async with opening:
            return await stack.enter_async_context(open_services(settings, listen=listen))
    except TimeoutError:
        if not opening.expired():
            raise
        log.info("stopped_before_it_was_ready")
        return None
    finally:
        giving_up.cancel()


@asynccontextmanager
async def _worker(services: Services) -> AsyncIterator[None]:
    """A worker and the periodic repairs. At the end the graphs drain, and the worker hands its jobs back."""
    worker = Worker(services.queue, services.settings.concurrency, services.settings.shutdown_grace)
    repairs = [
        run_every(_DELIVER_EVERY, "deliver", services.delivery.deliver_due),
        run_every(_REPAIR_EVERY, "redraw", services.delivery.update_stale_cards),
        run_every(_REPAIR_EVERY, "requeue_orphaned", services.threads.requeue_orphaned),
        run_every(_REAP_EVERY, "reap", services.reaper.reap),
        run_every(_SEAL_EVERY, "seal_ledger", services.ledger.seal),
        run_every(services.anchoring.every, "anchor_ledger", services.anchoring.publish),
    ]
    cancel_timeout = services.settings.shutdown_grace + _WORKER_CANCEL_TIMEOUT
    async with _background(cancel_timeout, worker.run()), _background(_REPAIR_CANCEL_TIMEOUT, *repairs):
        try:
            yield
        finally:
            await services.graphs.drain()
    with suppress(DatabaseUnavailable):
        await services.ledger.seal()  # what the last steps appended


@asynccontextmanager
async def _listener(services: Services) -> AsyncIterator[None]:
    """Slack's events, over Socket Mode or HTTP, and the admin server."""
    settings = services.settings
    context = ListenerContext(
        api=services.api,
        client=services.slack,
        workspace=services.workspace,
        store=services.threads,
        decide=services.decide,
        withdraw_vote=services.withdraw_vote,
        delivery=services.delivery,
        graphs=services.graphs.infos,
        default_graph=services.graphs.default,
    )
    secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
    bolt = build_bolt_app(context, signing_secret=secret)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(context.background_tasks.close)
        checks: dict[str, HealthCheck] = {"database": services.diagnostics.check_health}
        handler: Handler | None = None
        if settings.slack_app_token is not None:
            socket = SocketMode(bolt, settings.slack_app_token.get_secret_value())
            await socket.start()
            stack.push_async_callback(socket.close)
            checks["slack"] = socket.check
        else:
            handler = events_handler(bolt, secret)
            checks["slack"] = services.api.check
        metrics = partial(render_metrics, services.diagnostics, services.metrics)
        app = build_http_app(checks, metrics, handler, _inspection_routes(services))
        await stack.enter_async_context(open_admin_server(settings, app, listen=True))
        yield


@asynccontextmanager
async def _worker_admin_server(services: Services) -> AsyncIterator[None]:
    """The admin server of a process that only works the queue, on WORKER_PORT."""
    checks: dict[str, HealthCheck] = {
        "database": services.diagnostics.check_health,
        "slack": services.api.check,
    }
    metrics = partial(render_metrics, services.diagnostics, services.metrics)
    app = build_http_app(checks, metrics, None, _inspection_routes(services))
    async with open_admin_server(services.settings, app, listen=False):
        yield


def _inspection_routes(services: Services) -> dict[str, Handler]:
    token = services.settings.inspection_token
    return {PATH: services.inspection.handler(token.get_secret_value())} if token else {}


@asynccontextmanager
async def _background(cancel_timeout: float, *coroutines: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these beside the body; when it ends, cancel them and wait until they have ended.

    Before Python 3.12, `asyncio.wait_for` can swallow a cancellation that arrives together with its result,
    and psycopg's pool uses it. So what has not ended after `cancel_timeout` seconds is cancelled again.
    """
    running = {asyncio.create_task(coroutine) for coroutine in coroutines}
    try:
        yield
    finally:
        while running:
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=cancel_timeout)


async def migrate_database(settings: DatabaseSettings) -> None:
    """Bring the tables up to date. Raises DatabaseError."""
    given = settings.database_url.get_secret_value() if settings.database_url else None
    async with open_database(given, settings.data_dir):
        log.info("database_ready")
