"""The composition root: opens every service, wires them, and closes them in reverse."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import structlog

from countersign.anchoring import Anchoring, anchor_targets
from countersign.flow.channel_ids import ChannelIds
from countersign.flow.conversation.queued_notices import QueuedNotices
from countersign.flow.conversation.reset import ResetConversation
from countersign.flow.conversation.stop import StopRun
from countersign.flow.conversation.stop_watch import StopWatch
from countersign.flow.decisions.absences import Absences
from countersign.flow.decisions.break_glass_reviews import BreakGlassReviews
from countersign.flow.decisions.cancel import CancelApproval
from countersign.flow.decisions.claim import ClaimApproval
from countersign.flow.decisions.decide import Decide
from countersign.flow.decisions.refer import ReferApproval
from countersign.flow.decisions.replies.reply_handler import ReplyHandler
from countersign.flow.decisions.undo import UndoDecision
from countersign.flow.decisions.withdraw_vote import WithdrawVote
from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.files.kinds import parse_file_kinds
from countersign.flow.files.reader import FileReader
from countersign.flow.grants.give import GiveGrant
from countersign.flow.grants.manage import Grants
from countersign.flow.home.direct_message_hold import QuietHoursCheck
from countersign.flow.home.home_tabs import HomeTabs
from countersign.flow.home.inbox import InboxReader
from countersign.flow.live.agent_session import AgentSessions
from countersign.flow.live.live_run import LiveRuns
from countersign.flow.notices.shortage_notices import ShortageCheck, ShortageNotices
from countersign.flow.observability.observer import Observer
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.rule_assignment import RuleAssignment
from countersign.flow.policy.stand_ins import StandIns
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import Clock
from countersign.flow.retention import Retention
from countersign.flow.steps.start_permission import StartPermission, StartPolicy
from countersign.flow.steps.step_execution import StepExecution
from countersign.flow.steps.thread_runner import Notify, ThreadRunner
from countersign.flow.thread import ThreadRef
from countersign.flow.timers.timer_runner import TimerRunner
from countersign.flow.tools.approval_validity import ApprovalValidity
from countersign.flow.tools.tool_host import ToolHost
from countersign.flow.work import Notice
from countersign.graphs_store import open_graphs_store
from countersign.http.admin_server import open_startup_server
from countersign.http.inspection_api import InspectionApi
from countersign.http.metrics_page import MetricsPage, open_metrics_page
from countersign.log_redaction import SecretRedactor
from countersign.policy_file import load_policy
from countersign.runs.event_loop.blocking_watchdog import watched
from countersign.runs.event_loop.graph_loop import GraphsOnGraphLoop, LocksOnGraphLoop, open_graph_loop
from countersign.runs.event_loop.loop_bridge import LoopBridge
from countersign.runs.graphs import Graphs, open_graphs
from countersign.runs.persistence.checkpoints import Checkpoints
from countersign.runs.persistence.long_term_store import sweep_interval
from countersign.runs.project.config import GraphConfig, read_graph_config
from countersign.runtime import new_event_loop
from countersign.services import Decisions, Services
from countersign.settings import Settings
from countersign.slack.background_tasks import BackgroundTasks
from countersign.slack.client import SlackClient
from countersign.slack.files.slack_files import SlackFiles
from countersign.slack.home.home_tab import HomeTab
from countersign.slack.home.links import CardLinks
from countersign.slack.suggested_prompts import SuggestedPrompts
from countersign.slack.transport.outbound.scopes import scope_warning
from countersign.slack.transport.outbound.web_api import WebApi, Workspace, open_web
from countersign.slack_startup import connect_to_slack
from countersign.storage import Storage, open_storage

log = structlog.get_logger()


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_services(settings: Settings, *, listen: bool, clock: Clock = now) -> AsyncIterator[Services]:
    """Open the graphs, the database and Slack's Web API. Raises CountersignError, for the operator.

    `clock` says what time it is for approvals: for their timers, votes and freezes.
    """
    async with AsyncExitStack() as stack:
        # First what the operator alone can mend: a mistake there must not wait until Slack can be reached.
        policy = CurrentPolicy(load_policy(settings.policy_file))
        main, graph_loop = LoopBridge.here(), await stack.enter_async_context(open_graph_loop(new_event_loop))
        config = read_graph_config(settings.langgraph_config)

        def tool_host(thread: ThreadRef) -> ToolHost:
            validity = ApprovalValidity(storage.threads, clock)
            return ToolHost(main.proxy(slack), main.proxy(storage.effects), main.proxy(validity), thread.id)

        hosted = await _open_graphs(stack, settings, config, graph_loop, policy, tool_host)
        observer = Observer()
        storage = await open_storage(stack, settings, graph_loop, observer)
        hosted.project.encrypt_checkpoints(settings.key_ring)
        await open_graphs_store(stack, graph_loop, storage.url, config, hosted.project)
        metrics_page = await stack.enter_async_context(
            open_metrics_page(observer.metrics, storage.gauges, storage.pools)
        )
        api, workspace = await _open_slack(stack, settings, storage, observer, metrics_page, listen=listen)
        channel_ids = api.channel_ids = ChannelIds(storage.channel_ids, workspace.team)
        is_agent = _is_agent(settings, workspace)
        slack = SlackClient(api, workspace, is_agent=is_agent)
        voting = Voting(policy, slack.directory, clock, storage.delegations)
        audience = Audience(slack.directory, StandIns(storage.delegations, slack.directory, clock))
        decisions = _decisions(settings, storage, slack, voting, audience, observer, clock)
        quiet_hours = QuietHoursCheck(storage.inboxes, storage.outbox, clock)
        delivery = MessageDelivery(
            storage.threads, storage.outbox, slack, observer, storage.lost_cards, quiet_hours
        )
        graphs = GraphsOnGraphLoop(graph_loop, hosted)
        grants = Grants(storage.grants, policy, clock, workspace.team, observer.metrics)
        inbox = InboxReader(
            storage.inboxes,
            slack.memberships,
            channel_ids,
            storage.delegations,
            grants,
            clock,
            workspace.team,
        )
        home_tab = HomeTab(
            api, slack.users, slack.names, CardLinks(workspace=workspace, channel_ids=channel_ids)
        )
        shortages = ShortageNotices(audience, voting)
        notify = _notifier(stack, slack)
        live_runs = LiveRuns(storage.streams, slack.streams)
        retention = Retention(storage.retention, storage.locks, Checkpoints(), settings.retention or None)
        yield Services(
            settings=settings,
            policy=policy,
            storage=storage,
            anchoring=Anchoring(
                storage.ledger, anchor_targets(settings.ledger_anchor, slack), settings.ledger_anchor_every
            ),
            api=api,
            channel_ids=channel_ids,
            workspace=workspace,
            slack=slack,
            graphs=graphs,
            decisions=decisions,
            grants=grants,
            break_glass_reviews=BreakGlassReviews(
                storage.break_glass, storage.threads, voting, audience, clock, delivery.deliver_posts
            ),
            inbox=inbox,
            home_tabs=HomeTabs(storage.homes, inbox, home_tab, workspace.team),
            delivery=delivery,
            prompts=SuggestedPrompts(api, hosted.infos, hosted.default) if is_agent else None,
            live_runs=live_runs,
            run_thread=ThreadRunner(
                store=storage.threads,
                locks=LocksOnGraphLoop(graph_loop, storage.locks),
                slots=storage.slots,
                execute=StepExecution(
                    store=storage.threads,
                    graphs=graphs,
                    reply_handler=_reply_handler(settings, storage, decisions, slack, clock),
                    start_permission=decisions.start_permission,
                    stop_run=StopRun(slack),
                    reset=ResetConversation(slack, clock, storage.grants),
                    clock=clock,
                    observer=observer,
                    names=slack,
                    live_runs=live_runs if settings.streaming == "auto" else None,
                    sessions=AgentSessions(slack) if is_agent else None,
                    read_files=FileReader(SlackFiles(api, workspace)),
                ),
                assign_rules=RuleAssignment(
                    policy, slack.directory, clock, storage.delegations, storage.grants
                ),
                delivery=delivery,
                notify=notify,
                observer=observer,
                names=slack,
            ),
            stop_watch=StopWatch(storage.threads, graphs, notify),
            queued_notices=QueuedNotices(storage.threads, notify),
            timers=TimerRunner(storage.threads, delivery, voting, audience, clock),
            check_shortages=ShortageCheck(storage.threads, shortages, delivery.deliver_posts, workspace.team),
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
) -> tuple[WebApi, Workspace]:
    """The Web API, and the workspace that the token belongs to; while Slack is away, /readyz says so."""
    token = settings.slack_bot_token.get_secret_value()
    api = WebApi(await stack.enter_async_context(open_web(settings.slack_api_url, token)), observer.metrics)
    app_token = settings.slack_app_token if listen else None
    workspace = await connect_to_slack(
        api,
        app_token.get_secret_value() if app_token else None,
        lambda: open_startup_server(settings, api, storage.diagnostics, metrics_page, listen=listen),
    )
    if warning := scope_warning(workspace):
        log.warning("scopes_missing", text=warning)
    return api, workspace


def _is_agent(settings: Settings, workspace: Workspace) -> bool:
    """Whether the app uses Slack's agent surface. Its scope says whether it is declared as an agent."""
    declared = workspace.scopes is not None and "assistant:write" in workspace.scopes
    return settings.agent_surface == "on" or (settings.agent_surface == "auto" and declared)


def _decisions(
    settings: Settings,
    storage: Storage,
    slack: SlackClient,
    voting: Voting,
    audience: Audience,
    observer: Observer,
    clock: Clock,
) -> Decisions:
    threads, ledger = storage.threads, storage.ledger
    return Decisions(
        decide=Decide(threads, clock, observer, voting, ledger, GiveGrant(storage.grants), audience),
        withdraw_vote=WithdrawVote(threads, voting, observer),
        undo_decision=UndoDecision(threads, voting, clock, storage.grants, observer),
        cancel_approval=CancelApproval(threads, clock, observer, ledger),
        claim_approval=ClaimApproval(threads, voting, clock, ledger, observer),
        refer_approval=ReferApproval(threads, voting, clock, ledger, observer),
        absences=Absences(storage.delegations, clock),
        start_permission=StartPermission(slack, StartPolicy(settings.start), observer),
    )


def _reply_handler(
    settings: Settings, storage: Storage, decisions: Decisions, slack: SlackClient, clock: Clock
) -> ReplyHandler:
    words_decide = settings.replies == "on"
    return ReplyHandler(
        decisions.decide, storage.threads, slack, clock, words_decide=words_decide, names=slack
    )


def _notifier(stack: AsyncExitStack, slack: SlackClient) -> Notify:
    """Tells one person something beside the step of a thread, which never waits for it."""
    notices = BackgroundTasks()
    stack.push_async_callback(notices.close)

    def notify(thread: ThreadRef, notice: Notice) -> None:
        notices.start("notify user", slack.post_notice(thread, notice))

    return notify
