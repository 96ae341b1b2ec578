"""The services of one workspace: its Slack client, its caches, and the use cases on its own rows.

Nothing here is shared with another workspace but the database, the graphs, and the metrics.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from countersign.flow.channel_ids import ChannelIds
from countersign.flow.conversation.reset import ResetConversation
from countersign.flow.conversation.stop import StopRun
from countersign.flow.decisions.break_glass_reviews import BreakGlassReviews
from countersign.flow.decisions.cancel import CancelApproval
from countersign.flow.decisions.claim import ClaimApproval
from countersign.flow.decisions.decide import Decide
from countersign.flow.decisions.delegations import ManageDelegations
from countersign.flow.decisions.refer import ReferApproval
from countersign.flow.decisions.replies.reply_handler import ReplyHandler
from countersign.flow.decisions.undo import UndoDecision
from countersign.flow.decisions.withdraw_vote import WithdrawVote
from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.files.reader import FileReader
from countersign.flow.grants.give import GiveGrant
from countersign.flow.grants.manage import Grants
from countersign.flow.home.home_tabs import HomeTabs
from countersign.flow.home.inbox import InboxReader
from countersign.flow.home.quiet_hours_check import QuietHoursCheck
from countersign.flow.live.agent_session import AgentSessions
from countersign.flow.live.live_run import LiveRuns
from countersign.flow.notices.shortage_notices import ShortageCheck, ShortageNotices
from countersign.flow.observability.observer import Observer
from countersign.flow.policy.active_delegations import ActiveDelegations
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.rule_assignment import RuleAssignment
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import Clock, Locks
from countersign.flow.steps.progress_indicator import ProgressIndicator
from countersign.flow.steps.start_permission import StartPermission, StartPolicy
from countersign.flow.steps.step_execution import StepExecution
from countersign.flow.steps.thread_runner import ThreadRunner
from countersign.flow.thread import ThreadRef
from countersign.flow.timers.timer_runner import TimerRunner
from countersign.flow.work import Notice
from countersign.runs.event_loop.graph_loop import GraphsOnGraphLoop
from countersign.settings import Settings
from countersign.slack.background_tasks import BackgroundTasks
from countersign.slack.client import SlackClient
from countersign.slack.files.slack_files import SlackFiles
from countersign.slack.home.home_tab import HomeTab
from countersign.slack.home.links import CardLinks
from countersign.slack.suggested_prompts import SuggestedPrompts
from countersign.slack.transport.outbound.web_api import WebApi, Workspace
from countersign.storage import Storage, WorkspaceStorage


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """The use cases that decide approvals, as the listeners call them."""

    decide: Decide
    withdraw_vote: WithdrawVote
    undo_decision: UndoDecision
    cancel_approval: CancelApproval
    claim_approval: ClaimApproval
    refer_approval: ReferApproval
    delegations: ManageDelegations
    start_permission: StartPermission


@dataclass(frozen=True, kw_only=True, eq=False)
class WorkspaceServices:
    """Everything that is wired for one workspace."""

    api: WebApi
    workspace: Workspace
    storage: WorkspaceStorage
    slack: SlackClient
    channel_ids: ChannelIds
    decisions: Decisions
    grants: Grants
    break_glass_reviews: BreakGlassReviews
    inbox: InboxReader
    home_tabs: HomeTabs
    delivery: MessageDelivery
    prompts: SuggestedPrompts | None  # of an app that is declared as an agent, as are its sessions
    sessions: AgentSessions | None
    live_runs: LiveRuns
    advance: Callable[[str], Awaitable[None]]  # does what the thread with this id has to do
    timers: TimerRunner
    check_shortages: ShortageCheck

    @property
    def team(self) -> str:
        return self.workspace.team


class WorkspaceFactory:
    """Wires the services of a workspace. Opens nothing and calls nobody.

    `notices` runs what is told to one person beside the step of a thread, which never waits for it.
    """

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        graphs: GraphsOnGraphLoop,
        locks: Locks,
        observer: Observer,
        clock: Clock,
        notices: BackgroundTasks,
    ) -> None:
        self._settings = settings
        self._storage = storage
        self._graphs = graphs
        self._locks = locks
        self._observer = observer
        self._clock = clock
        self._notices = notices

    def __call__(self, api: WebApi, workspace: Workspace, policy: CurrentPolicy) -> WorkspaceServices:
        """`policy` is that of the workspace."""
        shared, own = self._storage, self._storage.of_workspace(workspace.team)
        settings, clock = self._settings, self._clock
        channel_ids = api.channel_ids = ChannelIds(shared.channel_ids, workspace.team)
        is_agent = _is_agent(settings, workspace)
        slack = SlackClient(api, workspace, is_agent=is_agent)
        voting = Voting(policy, slack.directory, clock, shared.delegations)
        audience = Audience(slack.directory, ActiveDelegations(shared.delegations, slack.directory, clock))
        decisions = self._decisions(own, slack, voting, audience)
        quiet_hours = QuietHoursCheck(shared.inboxes, own.outbox, clock)
        delivery = MessageDelivery(
            own.threads, own.outbox, slack, self._observer, own.lost_cards, quiet_hours
        )
        grants = Grants(shared.grants, policy, clock, workspace.team, self._observer.metrics)
        memberships, delegations = slack.memberships, shared.delegations
        inbox = InboxReader(
            shared.inboxes, memberships, channel_ids, delegations, grants, clock, workspace.team
        )
        home_tab = HomeTab(
            api, slack.users, slack.names, CardLinks(workspace=workspace, channel_ids=channel_ids)
        )
        live_runs = LiveRuns(own.streams, slack.streams)
        sessions = AgentSessions(slack) if is_agent else None

        def notify(thread: ThreadRef, notice: Notice) -> None:
            self._notices.start("notify user", slack.post_notice(thread, notice))

        run_thread = ThreadRunner(
            store=own.threads,
            locks=self._locks,
            slots=shared.slots,
            execute=StepExecution(
                store=own.threads,
                graphs=self._graphs,
                reply_handler=self._reply_handler(own, decisions, slack),
                start_permission=decisions.start_permission,
                stop_run=StopRun(slack),
                reset=ResetConversation(slack, clock, shared.grants),
                clock=clock,
                observer=self._observer,
                names=slack,
                live_runs=live_runs if settings.streaming == "auto" else None,
                sessions=sessions,
                read_files=FileReader(SlackFiles(api, workspace)),
                policy=policy,
            ),
            assign_rules=RuleAssignment(policy, slack.directory, clock, shared.delegations, shared.grants),
            delivery=delivery,
            notify=notify,
            observer=self._observer,
            names=slack,
        )
        shortages = ShortageNotices(audience, voting)
        return WorkspaceServices(
            api=api,
            workspace=workspace,
            storage=own,
            slack=slack,
            channel_ids=channel_ids,
            decisions=decisions,
            grants=grants,
            break_glass_reviews=BreakGlassReviews(
                shared.break_glass, own.threads, voting, audience, clock, delivery.deliver_posts
            ),
            inbox=inbox,
            home_tabs=HomeTabs(shared.homes, inbox, home_tab, workspace.team),
            delivery=delivery,
            prompts=SuggestedPrompts(api, self._graphs.infos, self._graphs.default) if is_agent else None,
            sessions=sessions,
            live_runs=live_runs,
            # An agent's session shows that it works; Slack takes the end of a status for the end of its work.
            advance=run_thread if is_agent else ProgressIndicator(run_thread, slack),
            timers=TimerRunner(own.threads, delivery, voting, audience, clock),
            check_shortages=ShortageCheck(own.threads, shortages, delivery.deliver_posts, workspace.team),
        )

    def _decisions(
        self, own: WorkspaceStorage, slack: SlackClient, voting: Voting, audience: Audience
    ) -> Decisions:
        threads, ledger, grants = own.threads, self._storage.ledger, self._storage.grants
        clock, observer = self._clock, self._observer
        return Decisions(
            decide=Decide(threads, clock, observer, voting, ledger, GiveGrant(grants), audience),
            withdraw_vote=WithdrawVote(threads, voting, observer),
            undo_decision=UndoDecision(threads, voting, clock, grants, observer),
            cancel_approval=CancelApproval(threads, clock, observer, ledger),
            claim_approval=ClaimApproval(threads, voting, clock, ledger, observer),
            refer_approval=ReferApproval(threads, voting, clock, ledger, observer),
            delegations=ManageDelegations(self._storage.delegations, clock),
            start_permission=StartPermission(slack, StartPolicy(self._settings.start), observer),
        )

    def _reply_handler(self, own: WorkspaceStorage, decisions: Decisions, slack: SlackClient) -> ReplyHandler:
        words_decide = self._settings.replies == "on"
        return ReplyHandler(
            decisions.decide, own.threads, slack, self._clock, words_decide=words_decide, names=slack
        )


def _is_agent(settings: Settings, workspace: Workspace) -> bool:
    """Whether the app uses Slack's agent surface. Its scope says whether it is declared as an agent."""
    declared = workspace.scopes is not None and "assistant:write" in workspace.scopes
    return settings.agent_surface == "on" or (settings.agent_surface == "auto" and declared)
