"""A process of the bot: starts the worker, the listener and the repairs, and stops them in reverse."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any

import structlog
from aiohttp import web

from countersign.app import now, open_services
from countersign.flow.errors import DatabaseUnavailable
from countersign.flow.ports import Clock
from countersign.flow.steps.progress_indicator import ProgressIndicator
from countersign.http.admin_server import open_admin_server
from countersign.http.server import Handler, HealthCheck, build_http_app
from countersign.i18n import workspace_language
from countersign.jobs.periodic import run_every
from countersign.jobs.worker import Worker
from countersign.policy_reload import PolicyReload
from countersign.runtime import run_beside, tune_garbage_collector
from countersign.services import Services
from countersign.settings import Settings
from countersign.slack.listeners.context import ListenerContext
from countersign.slack.transport.inbound.bolt_app import build_bolt_app
from countersign.slack.transport.inbound.http import events_handler
from countersign.slack.transport.inbound.socket_mode import CONNECTIONS, SocketMode

_DELIVER_EVERY = 1.0  # seconds between two attempts to post what could not be posted
_HOMES_EVERY = 0.25  # seconds between two looks for Home tabs that show something old
_STOP_EVERY = 0.4  # seconds in which a run hears that somebody stopped it
_TIMERS_EVERY = 1.0  # seconds between two looks at what the clock has made due
_DELEGATIONS_EVERY = 60.0  # seconds in which the end of a delegation gets its entry in the ledger
_REVIEWS_EVERY = 60.0  # seconds between two looks for reviews that nobody was told of for a day
_REPAIR_EVERY = 5.0  # seconds between two searches for what a crash left undone
_SEAL_EVERY = 1.0  # seconds in which an entry of the ledger gets its place in the chain
_REAP_EVERY = 2.0  # seconds between two searches for jobs whose worker crashed
_REPAIR_CANCEL_TIMEOUT = 1.0  # seconds until a repair that was cancelled is cancelled again
_WORKER_CANCEL_TIMEOUT = 10.0  # the same for a worker, on top of SHUTDOWN_GRACE

log = structlog.get_logger()


async def run_bot(
    settings: Settings, stop: asyncio.Event, *, listen: bool, work: bool, clock: Clock = now
) -> None:
    """Serve until `stop`: then take nothing new, let running steps end or hand them back, and close."""
    async with AsyncExitStack() as stack:
        stack.enter_context(workspace_language(settings.bot_language))
        services = await _open_unless_stopped(settings, stop, stack, listen=listen, clock=clock)
        if services is None:
            return
        if work:
            services.storage.queue.handle(
                ProgressIndicator(services.run_thread, services.slack), services.retention
            )
            await stack.enter_async_context(_worker(services))
        if listen:
            await stack.enter_async_context(_listener(services))
        elif settings.worker_port is not None:
            await stack.enter_async_context(_worker_admin_server(services))
        reload = PolicyReload(settings.policy_file, services.policy)
        await stack.enter_async_context(run_beside(_REPAIR_CANCEL_TIMEOUT, reload.run()))
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
    settings: Settings, stop: asyncio.Event, stack: AsyncExitStack, *, listen: bool, clock: Clock
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
async def _worker(services: Services) -> AsyncIterator[None]:
    """A worker and the periodic repairs. At the end the graphs drain, and the worker hands its jobs back."""
    worker = Worker(services.storage.queue, services.storage.limits.jobs, services.settings.shutdown_grace)
    repair_failures = services.observer.metrics.runs.repair_failures

    def repair(seconds: float, name: str, work: Callable[[], Awaitable[object]]) -> Coroutine[Any, Any, None]:
        return run_every(seconds, name, work, lambda name: repair_failures.labels(repair=name).inc())

    repairs = [
        repair(_DELIVER_EVERY, "tell_waiting", services.storage.slots.tell_waiting),
        repair(_STOP_EVERY, "stop_runs", services.stop_watch),
        repair(_DELIVER_EVERY, "tell_queued", services.queued_notices),
        repair(_DELIVER_EVERY, "deliver", services.delivery.deliver_due),
        repair(_REPAIR_EVERY, "remove_streams", services.live_runs.sweep),
        repair(_REPAIR_EVERY, "redraw", services.delivery.update_stale_cards),
        repair(_REPAIR_EVERY, "update_messages", services.delivery.update_outdated_messages),
        repair(_HOMES_EVERY, "publish_homes", services.home_tabs.publish_stale),
        repair(_REPAIR_EVERY, "find_awaited", services.storage.inboxes.set_unknown_awaited),
        repair(_TIMERS_EVERY, "timers", services.timers.run_due),
        repair(_DELEGATIONS_EVERY, "end_delegations", services.decisions.absences.end_lapsed),
        repair(
            _REVIEWS_EVERY,
            "remind_reviewers",
            partial(services.break_glass_reviews.remind, services.workspace.team),
        ),
        repair(_REPAIR_EVERY, "requeue_orphaned", services.storage.threads.requeue_orphaned),
        repair(_REAP_EVERY, "reap", services.storage.reaper.reap),
        repair(_REAP_EVERY, "repair_slots", services.storage.slots.repair),
        repair(_SEAL_EVERY, "seal_ledger", services.storage.ledger.seal),
        repair(services.anchoring.every, "anchor_ledger", services.anchoring.publish),
        repair(services.sweep_store_every, "sweep_store", services.sweep_store),
    ]
    cancel_timeout = services.settings.shutdown_grace + _WORKER_CANCEL_TIMEOUT
    async with run_beside(cancel_timeout, worker.run()), run_beside(_REPAIR_CANCEL_TIMEOUT, *repairs):
        try:
            yield
        finally:
            await services.graphs.drain()
    with suppress(DatabaseUnavailable):
        await services.storage.ledger.seal()  # what the last steps appended


@asynccontextmanager
async def _listener(services: Services) -> AsyncIterator[None]:
    """Slack's events, over Socket Mode or HTTP, and the admin server."""
    settings = services.settings
    context = ListenerContext(
        api=services.api,
        client=services.slack,
        workspace=services.workspace,
        store=services.storage.threads,
        decide=services.decisions.decide,
        withdraw_vote=services.decisions.withdraw_vote,
        undo_decision=services.decisions.undo_decision,
        cancel_approval=services.decisions.cancel_approval,
        claim_approval=services.decisions.claim_approval,
        refer_approval=services.decisions.refer_approval,
        absences=services.decisions.absences,
        grants=services.grants,
        break_glass_reviews=services.break_glass_reviews,
        start_permission=services.decisions.start_permission,
        inbox=services.inbox,
        quiet_hours=services.storage.inboxes,
        home_tabs=services.home_tabs,
        delivery=services.delivery,
        graphs=services.graphs.infos,
        default_graph=services.graphs.default,
        channel_ids=services.channel_ids,
        check_shortages=services.check_shortages,
        trace_url=settings.trace_url,
        feedback=services.storage.feedback,
        count_feedback=lambda verdict: services.observer.metrics.runs.feedback.labels(verdict=verdict).inc(),
        prompts=services.prompts,
    )
    secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
    bolt = build_bolt_app(context, signing_secret=secret, metrics=services.observer.metrics)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(context.background_tasks.close)
        handler: Handler | None = None
        if settings.slack_app_token is not None:
            socket = SocketMode(bolt, settings.slack_app_token.get_secret_value())
            await socket.start()
            stack.push_async_callback(socket.close)
            connections = services.observer.metrics.slack.connections
            connections.labels(state="open").set_function(lambda: socket.open_connections)
            connections.labels(state="wanted").set(CONNECTIONS)
            check_slack = socket.check
        else:
            handler = events_handler(bolt, secret, services.observer.metrics)
            check_slack = services.api.check
        app = _http_app(services, check_slack, handler)
        await stack.enter_async_context(open_admin_server(settings, app, listen=True))
        yield


@asynccontextmanager
async def _worker_admin_server(services: Services) -> AsyncIterator[None]:
    """The admin server of a process that only works the queue, on WORKER_PORT."""
    app = _http_app(services, services.api.check, None)
    async with open_admin_server(services.settings, app, listen=False):
        yield


def _http_app(services: Services, check_slack: HealthCheck, slack: Handler | None) -> web.Application:
    """The routes of this process; the inspection API only if INSPECTION_TOKEN is set."""
    checks: dict[str, HealthCheck] = {
        "database": services.storage.diagnostics.check_health,
        "slack": check_slack,
    }
    token = services.settings.inspection_token
    inspection = services.inspection.routes(token.get_secret_value()) if token else {}
    return build_http_app(checks, services.metrics_page, slack, inspection)
