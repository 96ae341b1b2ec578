"""A process of the bot: starts the worker, the listener and the repairs, and stops them in reverse."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any
from uuid import uuid4

import structlog
from aiohttp import web

from countersign import __version__
from countersign.app import open_services
from countersign.approvals.policy.policy import NO_POLICY
from countersign.flow.decisions.delegations import ManageDelegations
from countersign.flow.errors import DatabaseUnavailable
from countersign.flow.installation.removal import RemovalSweep
from countersign.flow.ports import Clock
from countersign.flow.thread import ThreadRef
from countersign.http.admin_server import open_admin_server
from countersign.http.server import Handler, HealthCheck, build_http_app
from countersign.i18n import workspace_language
from countersign.jobs.periodic import run_every
from countersign.jobs.worker import Worker
from countersign.listener import build_app, installation_routes, signing_secret
from countersign.policy_reload import PolicyReload
from countersign.runtime import run_beside, tune_garbage_collector
from countersign.services import Services
from countersign.settings import Settings
from countersign.slack.background_tasks import BackgroundTasks
from countersign.slack.transport.inbound.http import events_handler
from countersign.slack.transport.inbound.socket_mode import CONNECTIONS, SocketMode
from countersign.workspaces.registry import Workspaces
from countersign.workspaces.sweeps import workspace_sweeps

_NOTES_EVERY = 1.0  # seconds between two checks for threads that wait for a slot without a note
_STOP_EVERY = 0.4  # seconds until a run notices that somebody stopped it
_DELEGATIONS_EVERY = 60.0  # seconds in which the end of a delegation gets its entry in the ledger
_REPAIR_EVERY = 5.0  # seconds between two searches for what a crash left undone
_REMOVED_EVERY = 1.0  # seconds between two looks for workspaces that the app was removed from
_ROTATE_EVERY = 60.0  # seconds between two looks for tokens that expire soon
_SEAL_EVERY = 1.0  # seconds in which an entry of the ledger gets its place in the chain
_REAP_EVERY = 2.0  # seconds between two searches for jobs whose worker crashed
_REPORT_EVERY = 10.0  # seconds between two reports that this process is alive
_CLOCK_TOLERANCE = 5.0  # seconds between this machine's clock and the database's
_REPAIR_CANCEL_TIMEOUT = 1.0  # seconds until a repair that was cancelled is cancelled again
_LAST_STATEMENT_TIMEOUT = 5.0  # seconds at the end for a database that does not answer
_WORKER_CANCEL_TIMEOUT = 10.0  # the same for a worker, on top of SHUTDOWN_GRACE

log = structlog.get_logger()


async def run_bot(
    settings: Settings, stop: asyncio.Event, *, listen: bool, work: bool, clock: Clock | None = None
) -> None:
    """Serve until `stop`: then take no new work, let running steps end or hand them back, and close."""
    async with AsyncExitStack() as stack:
        stack.enter_context(workspace_language(settings.bot_language))
        services = await _open_unless_stopped(settings, stop, stack, listen=listen, clock=clock)
        if services is None:
            return
        await stack.enter_async_context(_reported(services))
        if work:
            services.storage.queue.handle(_advance(services.workspaces), services.retention)
            await stack.enter_async_context(_worker(services))
        if listen:
            await stack.enter_async_context(_listener(services))
        elif settings.worker_port is not None:
            await stack.enter_async_context(_worker_admin_server(services))
        reload = PolicyReload(services.policy_file, services.policy)
        await stack.enter_async_context(run_beside(_REPAIR_CANCEL_TIMEOUT, reload.run()))
        tune_garbage_collector()
        log.info(
            "ready",
            team=services.single.team if services.single else None,
            listen=listen,
            work=work,
            graphs=list(services.graphs.infos),
            policy=None if services.policy.policy == NO_POLICY else str(services.policy_file),
        )
        await stop.wait()
        log.info("stopping")


async def _open_unless_stopped(
    settings: Settings, stop: asyncio.Event, stack: AsyncExitStack, *, listen: bool, clock: Clock | None
) -> Services | None:
    """The services, open until `stack` ends; None if `stop` was set first, whatever opening waited for."""
    opening = asyncio.timeout(None)

    async def give_up() -> None:
        await stop.wait()
        opening.reschedule(asyncio.get_running_loop().time())

    giving_up = asyncio.create_task(give_up())
    try:
        async with opening:
            return await stack.enter_async_context(open_services(settings, listen=listen, clock=clock))
    except TimeoutError:
        if not opening.expired():
            raise
        log.info("stopped_before_it_was_ready")
        return None
    finally:
        giving_up.cancel()


@asynccontextmanager
async def _reported(services: Services) -> AsyncIterator[None]:
    """Record that this process is alive; at the end, that it is not any more. Keeps the database's time."""
    process, registry = uuid4(), services.storage.processes
    clock_ahead = services.observer.metrics.clock_ahead

    async def report() -> None:
        key_ring = services.settings.key_ring
        if not await registry.report(process, __version__, socket.gethostname(), key_ring):
            log.error("tables_need_a_newer_version", version=__version__)
        ahead = await services.storage.clock.read()
        clock_ahead.set(ahead)
        if abs(ahead) > _CLOCK_TOLERANCE:
            log.warning("clock_differs", ahead_s=round(ahead, 1), of="the database's clock")

    await report()  # before it writes anything
    try:
        async with run_beside(_REPAIR_CANCEL_TIMEOUT, run_every(_REPORT_EVERY, "report_process", report)):
            yield
    finally:
        with suppress(DatabaseUnavailable, TimeoutError):
            async with asyncio.timeout(_LAST_STATEMENT_TIMEOUT):
                await registry.ended(process)


@asynccontextmanager
async def _worker(services: Services) -> AsyncIterator[None]:
    """A worker and the periodic repairs. At the end the graphs drain, and the worker hands its jobs back."""
    worker = Worker(services.storage.queue, services.storage.limits.jobs, services.settings.shutdown_grace)
    repair_failures = services.observer.metrics.runs.repair_failures

    def repair(seconds: float, name: str, work: Callable[[], Awaitable[object]]) -> Coroutine[Any, Any, None]:
        return run_every(seconds, name, work, lambda name: repair_failures.labels(repair=name).inc())

    storage, clock, tasks = services.storage, services.clock, BackgroundTasks()
    sweeps = workspace_sweeps(
        services.workspaces, storage.due_teams, storage.homes, services.session_closings, clock, tasks
    )
    repairs = [
        *(repair(sweep.every, sweep.name, sweep) for sweep in sweeps),
        repair(_NOTES_EVERY, "post_waiting_notes", storage.slots.post_waiting_notes),
        repair(_STOP_EVERY, "stop_runs", services.stop_watch),
        repair(_NOTES_EVERY, "post_queued_notices", services.queued_notices),
        repair(_REPAIR_EVERY, "merge_pending", storage.gauges.merge_pending),
        repair(_REPAIR_EVERY, "find_awaited", storage.inboxes.set_unknown_awaited),
        repair(
            _DELEGATIONS_EVERY, "end_delegations", ManageDelegations(storage.delegations, clock).end_lapsed
        ),
        repair(_REPAIR_EVERY, "requeue_orphaned", partial(_requeue_orphaned, services)),
        repair(_REMOVED_EVERY, "close_removed", RemovalSweep(storage.removals)),
        repair(_REAP_EVERY, "reap", storage.reaper.reap),
        repair(_REAP_EVERY, "repair_slots", storage.slots.repair),
        repair(_SEAL_EVERY, "seal_ledger", storage.ledger.seal),
        repair(services.anchoring.every, "anchor_ledger", services.anchoring.publish),
        repair(services.sweep_store_every, "sweep_store", services.sweep_store),
    ]
    if services.oauth is not None:
        repairs.append(repair(_ROTATE_EVERY, "rotate_tokens", services.oauth.rotation.rotate_expiring))
    cancel_timeout = services.settings.shutdown_grace + _WORKER_CANCEL_TIMEOUT
    async with run_beside(cancel_timeout, worker.run()), run_beside(_REPAIR_CANCEL_TIMEOUT, *repairs):
        try:
            yield
        finally:
            await services.graphs.drain()
            await tasks.close(_REPAIR_CANCEL_TIMEOUT)
    with suppress(DatabaseUnavailable, TimeoutError):
        async with asyncio.timeout(_LAST_STATEMENT_TIMEOUT):
            await services.storage.ledger.seal()  # what the last steps appended; else the next process does


@asynccontextmanager
async def _listener(services: Services) -> AsyncIterator[None]:
    """Slack's events, over Socket Mode or HTTP, and the admin server."""
    settings = services.settings
    background_tasks = BackgroundTasks()
    bolt = build_app(services, background_tasks)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(background_tasks.close)
        handler: Handler | None = None
        if settings.slack_app_token is not None:
            sockets = SocketMode(bolt, settings.slack_app_token.get_secret_value())
            await sockets.start()
            stack.push_async_callback(sockets.close)
            connections = services.observer.metrics.slack.connections
            connections.labels(state="open").set_function(lambda: sockets.open_connections)
            connections.labels(state="wanted").set(CONNECTIONS)
            check_slack: HealthCheck = sockets.check
        else:
            handler = events_handler(bolt, signing_secret(services), services.observer.metrics)
            check_slack = _check_slack(services)
        app = _http_app(services, check_slack, handler, installation_routes(services))
        await stack.enter_async_context(open_admin_server(settings, app, listen=True))
        yield


def _check_slack(services: Services) -> HealthCheck:
    """Only for a single workspace: no token represents several."""
    return services.api.check if services.single else services.api.check_reachable


async def _requeue_orphaned(services: Services) -> None:
    await services.storage.threads.requeue_orphaned(teams=await services.workspaces.teams())


def _advance(workspaces: Workspaces) -> Callable[[str], Awaitable[None]]:
    """The handler of `advance` jobs, with the services of the thread's workspace."""

    async def advance(thread_id: str) -> None:
        team = ThreadRef.parse(thread_id).team
        services = await workspaces.find(team)
        if services is None:
            log.warning("thread_not_served", thread_id=thread_id, team=team)
            return
        await services.advance(thread_id)

    return advance


@asynccontextmanager
async def _worker_admin_server(services: Services) -> AsyncIterator[None]:
    """The admin server of a process that only works the queue, on WORKER_PORT."""
    app = _http_app(services, _check_slack(services), None, {})
    async with open_admin_server(services.settings, app, listen=False):
        yield


def _http_app(
    services: Services, check_slack: HealthCheck, slack: Handler | None, pages: Mapping[str, Handler]
) -> web.Application:
    """The routes of this process; the inspection API only if INSPECTION_TOKEN is set."""
    checks: dict[str, HealthCheck] = {
        "database": services.storage.diagnostics.check_health,
        "slack": check_slack,
    }
    token = services.settings.inspection_token
    inspection = services.inspection.routes(token.get_secret_value()) if token else {}
    return build_http_app(checks, services.metrics_page, slack, {**inspection, **pages})
