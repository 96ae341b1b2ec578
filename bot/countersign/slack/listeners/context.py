"""What every listener works with, and the few things that several of them do."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import structlog

from countersign.approvals.approval import Approval
from countersign.approvals.errors import CountersignError, NotPending
from countersign.approvals.person import Person
from countersign.flow.decisions.decide import Decide, DecisionRequest
from countersign.flow.errors import Conflict, RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.graph_state import GraphInfo
from countersign.flow.ports import Store
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.interrupts import FormValidationError, InvalidDecision
from countersign.slack.background_tasks import BackgroundTasks
from countersign.slack.cards.references import CardReference
from countersign.slack.client import SlackClient
from countersign.slack.transport.web_api import WebApi, Workspace

_MAX_ATTEMPTS = 8  # times that somebody else may vote in the very same moment

log = structlog.get_logger()

Ack = Callable[..., Awaitable[object]]


class Delivery(Protocol):
    async def deliver_one(self, key: str) -> None: ...

    async def update_card(self, approval_id: UUID, saved: Review | None = None) -> None: ...

    async def card_seen(self, approval_id: UUID, ts: str) -> None: ...


class OutdatedCard(CountersignError):
    """This is an old card. The approval has another one in this thread; please use that."""


@dataclass(frozen=True, kw_only=True)
class ListenerContext:
    api: WebApi
    client: SlackClient
    workspace: Workspace
    store: Store
    decide: Decide
    delivery: Delivery
    graphs: Mapping[str, GraphInfo]
    default_graph: str
    background_tasks: BackgroundTasks = field(default_factory=BackgroundTasks)

    async def person(self, user: str, team: str | None) -> Person:
        return await self.client.person(user, team)

    async def load_for_decision(self, ref: CardReference, channel: str, person: Person) -> Review:
        """The approval, if this person may decide this row of it now. Raises as `Decide.find_open` does."""
        return await self.decide.find_open(ref.approval_id, ref.digest, ref.row, channel, person)

    async def check_card_message(self, approval: Approval, message_ts: str, *, shown: bool) -> None:
        """Raise OutdatedCard unless this message is the approval's card.

        A card whose post nobody lived to record is known by its button, if it is `shown` on that message.
        """
        if approval.card_ts is None and shown:
            await self.delivery.card_seen(approval.id, message_ts)
        elif approval.card_ts != message_ts:
            raise OutdatedCard

    async def load_for_reading(self, ref: CardReference, channel: str) -> Review:
        """The approval, open or not, for somebody who only reads. Raises NotPending if it is not known."""
        review = await self.store.approval(ref.approval_id)
        if review is None or review.thread.channel != channel:
            raise NotPending(
                "This card belongs to no approval that is known here. It may have been cleaned up."
            )
        return review

    async def save_decision(
        self, make: Callable[[], Awaitable[DecisionRequest]], person: Person, found: Review | None = None
    ) -> None:
        """Save what was decided and update the card; a request that lost a race is made again.

        `found` is what `load_for_decision` gave for it.
        """
        for left in reversed(range(_MAX_ATTEMPTS)):
            decision_request = await make()
            try:
                saved = await self.decide(decision_request, person, found)
                break
            except Conflict:
                found = None
                if not left:
                    raise
        self.background_tasks.start("update_card", self.delivery.update_card(saved.approval.id, saved))

    def notify_user(self, thread: ThreadRef, user: str, text: str) -> None:
        """Say it to one person, after the acknowledgement."""
        self.background_tasks.start("post_ephemeral", self.client.post_ephemeral(thread, user, text))


def describe_error(error: Exception) -> str:
    """What a person can make of an error that stopped what they wanted. Nothing was changed."""
    if isinstance(error, FormValidationError | InvalidDecision):
        return " ".join(error.errors.values())
    if isinstance(error, RateLimited | SlackUnreachable | SlackRefused):
        log.warning("slack_failed_while_somebody_waited", reason=str(error))
        if isinstance(error, SlackRefused):  # a missing scope, for one: to try again would not help
            return f"Slack did not let me do that ({error.error}), so nothing was done. Tell whoever runs me."
        return "Slack did not answer me in time, so nothing was done. Please try again."
    return str(error)
