"""What delivery needs of the database: messages to post, and cards that are out of date or lost."""

from typing import Protocol
from uuid import UUID

from countersign.approvals.approval import Approval
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.flow.work import ApprovalMessage, DeliveryTarget


class Outbox(Protocol):
    """Claims keep two processes from posting the same row; they expire, in case it crashes."""

    async def claim_thread(self, channel: str, thread_ts: str) -> tuple[Outgoing, ...]:
        """All that a thread has still to post, in order; nothing while another process has claimed it."""
        ...

    async def claim_one(self, key: str) -> Outgoing | None: ...

    async def due(self, limit: int) -> tuple[DeliveryTarget, ...]:
        """Where something is to be posted that nobody has claimed, oldest first."""
        ...

    async def posted(self, row: Outgoing, ts: str, shows: Approval | None = None) -> None:
        """Record the post. A root's thread begins here; a card's approval learns its ts and version.

        `shows`: the approval as the message shows it; None where that is not known. A card or a pointer that
        people can act on gets an entry in the ledger, once for each version and place.
        """
        ...

    async def outdated_messages(self, approval_id: UUID) -> tuple[ApprovalMessage, ...]:
        """Messages about the approval, beside its card, that show an earlier phase of it."""
        ...

    async def move_card_to_thread(self, review: Review, note: Outgoing) -> bool:
        """Post the card of an open approval in its thread after all, with a note; False if it is there."""
        ...

    async def approvals_with_outdated_messages(self, limit: int) -> tuple[UUID, ...]:
        """Approvals of which messages have been outdated for longer than an update takes."""
        ...

    async def message_updated(self, message: ApprovalMessage, shows: Approval) -> None: ...

    async def card_seen(self, approval_id: UUID, ts: str) -> None:
        """A card's message is known to be this one, although nobody recorded its post."""
        ...

    async def postpone(self, row: Outgoing, seconds: float, error: str) -> None:
        """Retry it after this many seconds; later posts of its thread wait for it."""
        ...

    async def postpone_untried(self, row: Outgoing, seconds: float, error: str) -> None:
        """The same where nothing was posted, so that no search for it is needed."""
        ...

    async def give_up(self, row: Outgoing, error: str) -> None: ...

    async def stale_cards(self, limit: int) -> tuple[UUID, ...]:
        """Approvals whose card has shown an older version for longer than an update takes."""
        ...

    async def card_rendered(self, shows: Approval) -> int | None:
        """Record which version the card shows, in the ledger too if people can act on it.

        Gives the version that the approval has by now, if it exists.
        """
        ...

    async def card_refused(self, approval: Approval) -> int | None:
        """The same for a version that Slack refuses to show: nobody saw it, and it is not tried again."""
        ...


class LostCards(Protocol):
    """Raises DatabaseUnavailable."""

    async def card_lost(self, team: str, channel: str, ts: str, why: str) -> ThreadRef | None:
        """This message is gone. If it was the card of a pending approval, the ledger gets an entry and the
        outbox the card again, or from the second time on a note; its thread is returned.
        """
        ...

    async def lost_unrecorded(self, team: str, channel: str, ts: str) -> ThreadRef | None:
        """The same for a card that was just recorded, if its message was deleted before that."""
        ...
