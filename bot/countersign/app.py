"""The composition root: opens every service, wires them, and closes them in reverse."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog

from countersign.anchoring import Anchoring, anchor_targets
from countersign.flow.conversation.queued_notices import QueuedNotices
from countersign.flow.conversation.stop_watch import StopWatch
from countersign.flow.errors import SlackRefused
from countersign.flow.files.kinds import parse_file_kinds
from countersign.flow.live.session_closings import SessionClosings
from countersign.flow.observability.observer import Observer
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.ports import Clock
from countersign.flow.retention import Retention
from countersign.flow.thread import ThreadRef
from countersign.flow.tools.approval_validity import ApprovalValidity
from countersign.flow.tools.tool_host import ToolHost
from countersign.flow.work import Notice
from countersign.http.admin_server import open_startup_server
from countersign.http.inspection_api import InspectionApi
from countersign.http.metrics_page import MetricsPage, open_metrics_page
from countersign.log_redaction import SecretRedactor
from countersign.long_term_store import open_long_term_store
from countersign.policy_file import find_policy_file, load_policy, missing_file_warning
from countersign.runs.event_loop.blocking_watchdog import watched
from countersign.runs.event_loop.graph_loop import GraphsOnGraphLoop, LocksOnGraphLoop, open_graph_loop
from countersign.runs.event_loop.loop_bridge import LoopBridge
from countersign.runs.graphs import Graphs, open_graphs
from countersign.runs.persistence.checkpoints import Checkpoints
from countersign.runs.persistence.long_term_store import sweep_interval
from countersign.runs.project.config import GraphConfig, read_graph_config
from countersign.runtime import new_event_loop
from countersign.services import Services
from countersign.settings import Settings
from countersign.slack.background_tasks import BackgroundTasks
from countersign.slack.client import SlackClient
from countersign.slack.transport.outbound.scopes import scope_warning
from countersign.slack.transport.outbound.web_api import WebApi, Workspace, open_web
from countersign.slack_startup import connect_to_slack
from countersign.storage import Storage, open_storage
from countersign.workspaces.installed import OAuth, open_oauth
from countersign.workspaces.registry import SingleWorkspace, Workspaces
from countersign.workspaces.services import WorkspaceFactory

log = structlog.get_logger()


@asynccontextmanager
async def open_services(
    settings: Settings, *, listen: bool, clock: Clock | None = None
) -> AsyncIterator[Services]:
    """Open the graphs, the database and Slack's Web API. Raises CountersignError, for the operator.

    `clock` is used for approvals: their timers, votes and freezes. The default is the
    database's, so that all processes agree.
    """
    async with AsyncExitStack() as stack:
        # First what only the operator can fix: it must be reported even while Slack is unreachable.
        policy_file = find_policy_file(settings.policy_file, settings.langgraph_config)
        if warning := missing_file_warning(settings.policy_file):
            log.warning("policy_file_missing", reason=warning)
        policy = CurrentPolicy(load_policy(policy_file))
        main, graph_loop = LoopBridge.here(), await stack.enter_async_context(open_graph_loop(new_event_loop))
        config = read_graph_config(settings.langgraph_config)

        def tool_host(thread: ThreadRef) -> ToolHost:
            validity = ApprovalValidity(storage.threads, timekeeper)
            slack = _SlackOfThread(lambda: workspaces, thread.team)
            return ToolHost(main.proxy(slack), main.proxy(storage.effects), main.proxy(validity), thread.id)

        hosted = await _open_graphs(stack, settings, config, graph_loop, policy, tool_host)
        observer = Observer()
        storage = await open_storage(stack, settings, graph_loop, observer)
        timekeeper: Clock = clock or storage.clock
        hosted.project.encrypt_checkpoints(settings.key_ring)
        await open_long_term_store(stack, graph_loop, storage.url, config, hosted.project)
        metrics_page = await stack.enter_async_context(
            open_metrics_page(observer.metrics, storage.gauges, storage.pools)
        )
        graphs = GraphsOnGraphLoop(graph_loop, hosted)
        notices = BackgroundTasks()
        stack.push_async_callback(notices.close)
        locks = LocksOnGraphLoop(graph_loop, storage.locks)
        build = WorkspaceFactory(settings, storage, graphs, locks, observer, timekeeper, notices)
        api, workspace = await _open_slack(stack, settings, storage, observer, metrics_page, listen=listen)
        oauth = open_oauth(settings, storage, api, build, policy, observer.metrics, timekeeper)
        if workspace is not None:
            await storage.removals.workspace_installed(workspace.team)
        workspaces: Workspaces = (
            SingleWorkspace(build(api, workspace, policy.of_workspace(workspace.team)))
            if workspace
            else _installed(oauth)
        )

        def notify(thread: ThreadRef, notice: Notice) -> None:
            notices.start("notify user", _notify(workspaces, thread, notice))

        async def is_in_use(thread_id: str) -> bool:
            return await storage.grants.graph_of(thread_id) is not None

        session_closings = SessionClosings(is_in_use)

        async def forgotten(thread: ThreadRef) -> None:
            main.loop.call_soon_threadsafe(session_closings.add, thread)

        days = settings.retention or None
        retention = Retention(storage.retention, storage.locks, Checkpoints(), days, forgotten)
        anchors = anchor_targets(settings.ledger_anchor, _only_slack(workspaces))
        yield Services(
            settings=settings,
            policy=policy,
            policy_file=policy_file,
            storage=storage,
            anchoring=Anchoring(storage.ledger, anchors, settings.ledger_anchor_every),
            api=api,
            workspaces=workspaces,
            oauth=oauth,
            graphs=graphs,
            stop_watch=StopWatch(storage.threads, graphs, notify),
            queued_notices=QueuedNotices(storage.threads, notify),
            session_closings=session_closings,
            retention=lambda: graph_loop.call(retention),
            sweep_store=lambda: graph_loop.call(hosted.project.sweep_store),
            sweep_store_every=sweep_interval(config.store.ttl),
            inspection=InspectionApi(
                storage.diagnostics,
                hosted.infos,
                lambda name, thread: graph_loop.call(lambda: hosted.describe(name, thread, storage.sessions)),
            ),
            observer=observer,
            metrics_page=metrics_page,
            clock=timekeeper,
        )


async def _open_graphs(
    stack: AsyncExitStack,
    settings: Settings,
    config: GraphConfig,
    graph_loop: LoopBridge,
    policy: CurrentPolicy,
    tool_host: Callable[[ThreadRef], ToolHost],
) -> Graphs:
    """The graphs, on their own event loop, with its watchdog."""
    redact = SecretRedactor(os.environ).redact if settings.inspection_token else None
    hosted = await stack.enter_async_context(
        graph_loop.enter(
            lambda: open_graphs(
                config,
                settings.default_graph,
                tool_host,
                redact,
                lambda: policy.policy.offers_state_changes,
                parse_file_kinds(settings.files),
            )
        )
    )
    await stack.enter_async_context(watched(graph_loop))
    return hosted


async def _open_slack(
    stack: AsyncExitStack,
    settings: Settings,
    storage: Storage,
    observer: Observer,
    metrics_page: MetricsPage,
    *,
    listen: bool,
) -> tuple[WebApi, Workspace | None]:
    """The Web API, and the workspace of SLACK_BOT_TOKEN; while Slack is away, /readyz says so."""
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else None
    api = WebApi(await stack.enter_async_context(open_web(settings.slack_api_url, token)), observer.metrics)
    app_token = settings.slack_app_token if listen else None
    workspace = await connect_to_slack(
        api,
        app_token.get_secret_value() if app_token else None,
        lambda: open_startup_server(settings, api, storage.diagnostics, metrics_page, listen=listen),
    )
    if workspace is not None and (warning := scope_warning(workspace)):
        log.warning("scopes_missing", text=warning)
    return api, workspace


def _installed(oauth: OAuth | None) -> Workspaces:
    assert oauth is not None, "the settings have a bot token or an app to install"
    return oauth.workspaces


class _SlackOfThread:
    """The Slack client for a thread's tools: that of its workspace, looked up at each call."""

    def __init__(self, workspaces: Callable[[], Workspaces], team: str) -> None:
        self._workspaces = workspaces
        self._team = team

    async def _slack(self) -> SlackClient:
        found = await self._workspaces().find(self._team)
        if found is None:
            raise SlackRefused("auth.test", "not_installed")
        return found.slack

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        return await (await self._slack()).call(method, **arguments)

    async def post_text(self, key: str, channel: str, text: str, *, look_first: bool) -> dict[str, Any]:
        return await (await self._slack()).post_text(key, channel, text, look_first=look_first)

    async def find_text(self, key: str, channel: str) -> str | None:
        return await (await self._slack()).find_text(key, channel)


async def _notify(workspaces: Workspaces, thread: ThreadRef, notice: Notice) -> None:
    """Tell one person something beside the step of a thread, which never waits for it."""
    if (found := await workspaces.find(thread.team)) is not None:
        await found.slack.post_notice(thread, notice)


def _only_slack(workspaces: Workspaces) -> SlackClient | None:
    """Where LEDGER_ANCHOR can post: of several workspaces none is the operator's."""
    return workspaces.services.slack if isinstance(workspaces, SingleWorkspace) else None
