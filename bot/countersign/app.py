"""The composition root: opens every service, wires them, and closes them in reverse."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from countersign.anchoring import Anchoring, anchor_targets
from countersign.approvals.audit import EntryHasher
from countersign.flow.channel_ids import ChannelIds
from countersign.flow.decisions.absences import Absences
from countersign.flow.decisions.cancel import CancelApproval
from countersign.flow.decisions.claim import ClaimApproval
from countersign.flow.decisions.decide import Decide
from countersign.flow.decisions.reply_handler import ReplyHandler
from countersign.flow.decisions.undo import UndoDecision
from countersign.flow.decisions.withdraw_vote import WithdrawVote
from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.grants.give import GiveGrant
from countersign.flow.grants.manage import Grants
from countersign.flow.metrics import Metrics
from countersign.flow.notices.shortage_notices import ShortageCheck, ShortageNotices
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.rule_assignment import RuleAssignment
from countersign.flow.policy.stand_ins import StandIns
from countersign.flow.policy.voting import Voting
from countersign.flow.retention import Retention
from countersign.flow.slots import SlotLimits, slot_limits
from countersign.flow.steps.start_permission import StartPermission, StartPolicy
from countersign.flow.steps.thread_runner import ThreadRunner
from countersign.flow.thread import ThreadRef
from countersign.flow.timers.timer_runner import TimerRunner
from countersign.flow.tools.approval_validity import ApprovalValidity
from countersign.flow.tools.tool_host import ToolHost
from countersign.graphs_store import open_graphs_store
from countersign.http.admin_server import open_startup_server
from countersign.http.inspection_api import InspectionApi
from countersign.jobs.queue import Queue
from countersign.jobs.stalled_jobs import StalledJobReaper
from countersign.log_redaction import SecretRedactor
from countersign.policy_file import load_policy
from countersign.runs.event_loop.blocking_watchdog import watched
from countersign.runs.event_loop.graph_loop import GraphsOnGraphLoop, LocksOnGraphLoop, open_graph_loop
from countersign.runs.event_loop.loop_bridge import LoopBridge
from countersign.runs.graphs import open_graphs
from countersign.runs.persistence.checkpoints import Checkpoints
from countersign.runs.persistence.long_term_store import sweep_interval
from countersign.runs.project.config import read_graph_config
from countersign.runtime import new_event_loop
from countersign.settings import Settings
from countersign.slack.background_tasks import BackgroundTasks
from countersign.slack.client import SlackClient
from countersign.slack.transport.outbound.scopes import scope_warning
from countersign.slack.transport.outbound.web_api import WebApi, Workspace, open_web
from countersign.slack_startup import connect_to_slack
from countersign.store.channel_ids import ChannelIdStore
from countersign.store.connections.database import open_database
from countersign.store.connections.pool import configure_for_statements, open_pool, open_session_pool
from countersign.store.connections.thread_locks import ThreadLocks
from countersign.store.delegations import DelegationStore
from countersign.store.diagnostics import Diagnostics
from countersign.store.effects import Effects
from countersign.store.grants import GrantStore
from countersign.store.ledger import Ledger
from countersign.store.posts.lost_cards import LostCards
from countersign.store.posts.outbox import Outbox
from countersign.store.retention import RetentionStore
from countersign.store.run_slots import RunSlots
from countersign.store.threads import ThreadStore

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything that is open and wired, for the tasks that run on it."""

    settings: Settings
    policy: CurrentPolicy
    threads: ThreadStore
    limits: SlotLimits
    slots: RunSlots
    outbox: Outbox
    ledger: Ledger
    anchoring: Anchoring
    diagnostics: Diagnostics
    queue: Queue
    reaper: StalledJobReaper
    api: WebApi
    channel_ids: ChannelIds
    workspace: Workspace
    slack: SlackClient
    graphs: GraphsOnGraphLoop
    decide: Decide
    withdraw_vote: WithdrawVote
    undo_decision: UndoDecision
    cancel_approval: CancelApproval
    claim_approval: ClaimApproval
    absences: Absences
    grants: Grants
    start_permission: StartPermission
    delivery: MessageDelivery
    run_thread: ThreadRunner
    timers: TimerRunner
    check_shortages: ShortageCheck
    retention: Callable[[], Awaitable[None]]
    sweep_store: Callable[[], Awaitable[None]]
    sweep_store_every: float  # seconds
    inspection: InspectionApi
    metrics: Metrics


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_services(settings: Settings, *, listen: bool) -> AsyncIterator[Services]:
    """Open the graphs, the database and Slack's Web API. Raises CountersignError, for the operator."""
    async with AsyncExitStack() as stack:
        # First what the operator alone can mend: a mistake there must not wait until Slack can be reached.
        policy = CurrentPolicy(load_policy(settings.policy_file))
        main, graph_loop = LoopBridge.here(), await stack.enter_async_context(open_graph_loop(new_event_loop))
        config = read_graph_config(settings.langgraph_config)
        hosted = await stack.enter_async_context(
            graph_loop.enter(
                lambda: open_graphs(
                    config,
                    settings.default_graph,
                    lambda thread: ToolHost(
                        main.proxy(slack), main.proxy(effects), main.proxy(validity), thread.id
                    ),
                    SecretRedactor(os.environ).redact if settings.inspection_token else None,
                    lambda: policy.policy.offers_state_changes,
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
        limits = slot_limits(settings.concurrency, settings.runs_per_person, settings.runs_per_channel)
        sessions = await stack.enter_async_context(
            graph_loop.enter(lambda: open_session_pool(url, limits.jobs + 1))
        )
        await open_graphs_store(stack, graph_loop, url, config, hosted.project)
        queue = Queue(pool)
        await queue.open()
        hasher = EntryHasher(settings.ledger_key.get_secret_value().encode() if settings.ledger_key else None)
        ledger = Ledger(pool, hasher)
        threads, outbox = ThreadStore(pool, queue.defer, hasher), Outbox(pool, queue.defer)
        slots = RunSlots(pool, queue.defer, limits)
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
        channel_ids = api.channel_ids = ChannelIds(ChannelIdStore(pool), workspace.team)
        slack = SlackClient(api, workspace)
        effects = Effects(pool)
        validity = ApprovalValidity(threads, now)
        delegations = DelegationStore(pool, hasher)
        grants = GrantStore(pool, hasher)
        voting = Voting(policy, slack.directory, now, delegations)
        audience = Audience(slack.directory, StandIns(delegations, slack.directory, now))
        decide = Decide(threads, now, metrics, voting, ledger, GiveGrant(grants))
        delivery = MessageDelivery(threads, outbox, slack, metrics, LostCards(pool, hasher))
        locks = ThreadLocks(sessions)
        notices = BackgroundTasks()
        stack.push_async_callback(notices.close)

        def notify(thread: ThreadRef, user: str, text: str) -> None:
            notices.start("notify user", slack.post_ephemeral(thread, user, text))

        timers = TimerRunner(threads, delivery, voting, audience, now)
        retention = Retention(RetentionStore(sessions), locks, Checkpoints(), settings.retention or None)
        start_permission = StartPermission(slack, StartPolicy(settings.start))
        run_thread = ThreadRunner(
            store=threads,
            locks=LocksOnGraphLoop(graph_loop, locks),
            slots=slots,
            graphs=graphs,
            delivery=delivery,
            reply_handler=ReplyHandler(decide, threads, slack, now, words_decide=settings.replies == "on"),
            start_permission=start_permission,
            notify=notify,
            clock=now,
            metrics=metrics,
            assign_rules=RuleAssignment(policy, slack.directory, now, delegations, grants),
            names=slack,
        )
        yield Services(
            settings=settings,
            policy=policy,
            threads=threads,
            limits=limits,
            slots=slots,
            outbox=outbox,
            ledger=ledger,
            anchoring=Anchoring(
                ledger, anchor_targets(settings.ledger_anchor, slack), settings.ledger_anchor_every
            ),
            diagnostics=diagnostics,
            queue=queue,
            reaper=StalledJobReaper(pool, queue),
            api=api,
            channel_ids=channel_ids,
            workspace=workspace,
            slack=slack,
            graphs=graphs,
            decide=decide,
            withdraw_vote=WithdrawVote(threads, voting),
            undo_decision=UndoDecision(threads, voting, now, grants),
            cancel_approval=CancelApproval(threads, now, metrics, ledger),
            claim_approval=ClaimApproval(threads, voting, now, ledger),
            absences=Absences(delegations, now),
            grants=Grants(grants, policy, now, workspace.team, metrics),
            start_permission=start_permission,
            delivery=delivery,
            run_thread=run_thread,
            timers=timers,
            check_shortages=ShortageCheck(
                threads,
                ShortageNotices(audience, voting),
                delivery.deliver_posts,
                workspace.team,
            ),
            inspection=InspectionApi(
                diagnostics,
                hosted.infos,
                lambda name, thread: graph_loop.call(lambda: hosted.describe(name, thread, sessions)),
            ),
            retention=lambda: graph_loop.call(retention),
            sweep_store=lambda: graph_loop.call(hosted.project.sweep_store),
            sweep_store_every=sweep_interval(config.store.ttl),
            metrics=metrics,
        )
