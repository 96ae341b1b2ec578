"""The context of all listeners: the services, and the checks and answers that they share."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import structlog

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import CountersignError, NotPending
from countersign.approvals.lifecycle import Status
from countersign.approvals.person import Person, Standing
from countersign.flow.channel_ids import ChannelIds
from countersign.flow.decisions.break_glass_reviews import BreakGlassReviews
from countersign.flow.decisions.cancel import CancelApproval
from countersign.flow.decisions.claim import ClaimApproval
from countersign.flow.decisions.conflict_retry import retry_on_conflict
from countersign.flow.decisions.decide import Decide, DecisionRequest
from countersign.flow.decisions.delegations import ManageDelegations
from countersign.flow.decisions.refer import ReferApproval
from countersign.flow.decisions.undo import UndoDecision
from countersign.flow.decisions.withdraw_vote import WithdrawVote
from countersign.flow.errors import (
    DatabaseUnavailable,
    RateLimited,
    SlackRefused,
    SlackUnreachable,
    StatementFailed,
)
from countersign.flow.grants.manage import Grants
from countersign.flow.graph_state import GraphInfo
from countersign.flow.home.home_tabs import HomeTabs
from countersign.flow.home.inbox import InboxReader
from countersign.flow.ports import FeedbackStore, QuietHoursStore, Store
from countersign.flow.review import Review
from countersign.flow.steps.start_permission import StartPermission
from countersign.flow.thread import ThreadRef
from countersign.i18n import N_, AnyText, _
from countersign.interrupts import FormValidationError, InvalidDecision
from countersign.slack.background_tasks import BackgroundTasks
from countersign.slack.cards.values.references import NO_CARD, CardReference
from countersign.slack.client import SlackClient
from countersign.slack.home.links import CardLinks
from countersign.slack.suggested_prompts import SuggestedPrompts
from countersign.slack.transport.outbound.web_api import WebApi, Workspace

DELETED = N_("This approval was deleted after its retention period.")
_SLACK_REFUSED = N_(
    "Slack refused this ({error}). Nothing was changed. Ask your admin to check the permissions of the app."
)
_SLACK_UNREACHABLE = N_("Slack didn't answer in time. Nothing was changed. Try again.")

log = structlog.get_logger()

Ack = Callable[..., Awaitable[object]]


class Delivery(Protocol):
    async def deliver_one(self, key: str) -> None: ...

    async def update_card(self, approval_id: UUID, saved: Review | None = None) -> None: ...

    async def card_lost(self, team: str, channel: str, ts: str, why: str) -> ThreadRef | None: ...

    async def deliver_thread(self, channel: str, thread_ts: str) -> None: ...

    async def card_seen(self, approval_id: UUID, ts: str) -> None: ...


class MayNotRead(CountersignError):
    """You're not in this channel. Ask one of its members to add you."""


class OutdatedCard(CountersignError):
    """This card is outdated. Use the newest card in this thread."""


@dataclass(frozen=True, kw_only=True)
class ListenerContext:
    api: WebApi
    client: SlackClient
    workspace: Workspace
    store: Store
    decide: Decide
    withdraw_vote: WithdrawVote
    undo_decision: UndoDecision
    cancel_approval: CancelApproval
    claim_approval: ClaimApproval
    refer_approval: ReferApproval
    delegations: ManageDelegations
    grants: Grants
    break_glass_reviews: BreakGlassReviews
    start_permission: StartPermission
    inbox: InboxReader
    quiet_hours: QuietHoursStore
    home_tabs: HomeTabs
    delivery: Delivery
    graphs: Mapping[str, GraphInfo]
    default_graph: str
    channel_ids: ChannelIds
    trace_url: str | None = None  # of a trace, with placeholders; None: Details have no link to it
    check_shortages: Callable[[], Coroutine[Any, Any, None]] | None = None  # after a change of memberships
    feedback: FeedbackStore | None = None  # for what people think of answers
    count_feedback: Callable[[str], None] = lambda _verdict: None
    prompts: SuggestedPrompts | None = None  # of an app that is declared as an agent
    background_tasks: BackgroundTasks = field(default_factory=BackgroundTasks)
    app_removed: Callable[[str], Awaitable[None]] | None = None  # takes the event that says so

    @property
    def links(self) -> CardLinks:
        return CardLinks(workspace=self.workspace, channel_ids=self.channel_ids)

    async def person(self, user: str, channel: str) -> Person:
        """Who it is now, and whether they can see this channel now."""
        return await self.client.person(user, channel)

    async def load_for_decision(
        self, ref: CardReference, channel: str, person: Person, kind: DecisionKind | None
    ) -> Review:
        """The approval, if this person may decide this row so. Raises as `Decide.find_open` does."""
        return await self.decide.find_open(ref.approval_id, ref.digest, ref.row, channel, person, kind)

    async def load_for_reading(self, approval_id: UUID, channel: str) -> Review:
        """The approval, open or not. Raises NotPending if it is unknown or not from this channel."""
        review = await self.store.approval(approval_id)
        if review is None or review.approval.channel != channel:
            raise NotPending(_(DELETED))
        return review

    async def check_may_read(self, user: str, channel: str) -> None:
        """Raise MayNotRead if the person has left the channel since."""
        if (await self.person(user, channel)).standing in {Standing.OUTSIDE, Standing.GONE}:
            raise MayNotRead

    async def check_card_message(self, approval: Approval, message_ts: str, *, shown: bool) -> None:
        """Raise OutdatedCard unless this message is the approval's card.

        A process may die between posting a card and recording its ts. Then the first click on the card
        records it, if the button is `shown` on that message.
        """
        if message_ts == NO_CARD:
            return  # the button is in an inbox; it carries the digest of what was shown there
        if approval.card_ts is None and shown:
            await self.delivery.card_seen(approval.id, message_ts)
        elif approval.card_ts != message_ts:
            raise OutdatedCard

    async def save_decision(
        self, make: Callable[[], Awaitable[DecisionRequest]], person: Person, found: Review | None = None
    ) -> None:
        """Save what `make` returns and update the card; after a Conflict, call `make` again.

        `found` is the approval that `load_for_decision` returned for this decision.
        """
        current = [found]  # for the first attempt alone: after a conflict it is read again

        async def attempt() -> Review:
            return await self.decide(await make(), person, current.pop() if current else None)

        self.show_decision(await retry_on_conflict(attempt))

    def show_decision(self, saved: Review) -> None:
        """Update the card, and post the outcome in the thread, after the acknowledgement."""
        self.background_tasks.start("update_card", self.delivery.update_card(saved.approval.id, saved))
        if saved.approval.rules and saved.approval.status is Status.DECIDED:
            thread = saved.thread
            self.background_tasks.start(
                "report_outcome", self.delivery.deliver_thread(thread.channel, thread.ts)
            )

    def notify_user(self, thread: ThreadRef, user: str, text: AnyText) -> None:
        """Post an ephemeral message to one person, after the acknowledgement."""
        self.background_tasks.start("notify_user", self.client.post_ephemeral(thread, user, text))


def describe_error(error: Exception) -> str:
    """The text about an error for the person whose action it stopped, saying what to do.

    Raises an error of the database: Slack's request is not acknowledged then.
    """
    if isinstance(error, DatabaseUnavailable | StatementFailed):
        raise error
    if isinstance(error, FormValidationError | InvalidDecision):
        return " ".join(error.errors.values())
    if isinstance(error, RateLimited | SlackUnreachable | SlackRefused):
        log.warning("slack_call_failed", reason=str(error))
        if isinstance(error, SlackRefused):  # such as a missing scope: a second try would fail too
            return _(_SLACK_REFUSED).format(error=error.error)
        return _(_SLACK_UNREACHABLE)
    return str(error)
