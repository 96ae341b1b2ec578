"""Everything that is open and wired, as one value: what the tasks of a process run on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from countersign.anchoring import Anchoring
from countersign.flow.channel_ids import ChannelIds
from countersign.flow.conversation.queued_notices import QueuedNotices
from countersign.flow.conversation.stop_watch import StopWatch
from countersign.flow.decisions.absences import Absences
from countersign.flow.decisions.break_glass_reviews import BreakGlassReviews
from countersign.flow.decisions.cancel import CancelApproval
from countersign.flow.decisions.claim import ClaimApproval
from countersign.flow.decisions.decide import Decide
from countersign.flow.decisions.refer import ReferApproval
from countersign.flow.decisions.undo import UndoDecision
from countersign.flow.decisions.withdraw_vote import WithdrawVote
from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.grants.manage import Grants
from countersign.flow.home.home_tabs import HomeTabs
from countersign.flow.home.inbox import InboxReader
from countersign.flow.live.live_run import LiveRuns
from countersign.flow.notices.shortage_notices import ShortageCheck
from countersign.flow.observability.observer import Observer
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.steps.start_permission import StartPermission
from countersign.flow.steps.thread_runner import ThreadRunner
from countersign.flow.timers.timer_runner import TimerRunner
from countersign.http.inspection_api import InspectionApi
from countersign.http.metrics_page import MetricsPage
from countersign.runs.event_loop.graph_loop import GraphsOnGraphLoop
from countersign.settings import Settings
from countersign.slack.client import SlackClient
from countersign.slack.suggested_prompts import SuggestedPrompts
from countersign.slack.transport.outbound.web_api import WebApi, Workspace
from countersign.storage import Storage


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """What people do with approvals, as the listeners call it."""

    decide: Decide
    withdraw_vote: WithdrawVote
    undo_decision: UndoDecision
    cancel_approval: CancelApproval
    claim_approval: ClaimApproval
    refer_approval: ReferApproval
    absences: Absences
    start_permission: StartPermission


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything that is open and wired, for the tasks that run on it."""

    settings: Settings
    policy: CurrentPolicy
    storage: Storage
    anchoring: Anchoring
    api: WebApi
    channel_ids: ChannelIds
    workspace: Workspace
    slack: SlackClient
    graphs: GraphsOnGraphLoop
    decisions: Decisions
    grants: Grants
    break_glass_reviews: BreakGlassReviews
    inbox: InboxReader
    home_tabs: HomeTabs
    delivery: MessageDelivery
    prompts: SuggestedPrompts | None  # of an app that is declared as an agent
    live_runs: LiveRuns
    run_thread: ThreadRunner
    stop_watch: StopWatch
    queued_notices: QueuedNotices
    timers: TimerRunner
    check_shortages: ShortageCheck
    retention: Callable[[], Awaitable[None]]
    sweep_store: Callable[[], Awaitable[None]]
    sweep_store_every: float  # seconds
    inspection: InspectionApi
    observer: Observer
    metrics_page: MetricsPage
