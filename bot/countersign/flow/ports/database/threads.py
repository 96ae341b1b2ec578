"""What the use cases need of the database for threads, approvals and replies."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from countersign.approvals.approval import Approval
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.person import Person
from countersign.approvals.policy.grants import Grant
from countersign.flow.messages.inbound import Inbound
from countersign.flow.messages.outgoing import Outgoing, ThreadRoot
from countersign.flow.review import Review
from countersign.flow.thread import ThreadActivity, ThreadRecord, ThreadRef
from countersign.flow.work import SavedStep, StepResult, Work


class GrantStore(Protocol):
    """Grants are used, given and revoked with a change of an approval, except by `revoke`.

    Every method is one transaction. All raise DatabaseUnavailable.
    """

    async def active_grants(
        self, graph: str, action: str, holders: Sequence[str], now: datetime
    ) -> tuple[Grant, ...]:
        """Those that act now on this action, the first to expire first."""
        ...

    async def active_in_thread(self, thread_id: str, now: datetime) -> tuple[Grant, ...]:
        """Those that act now for this thread, whatever the action."""
        ...

    async def graph_of(self, thread_id: str) -> str | None:
        """The graph that runs in the thread; None while there is none."""
        ...

    async def grants_given_with(self, approval_id: UUID) -> tuple[Grant, ...]:
        """Those given with this approval that are not revoked."""
        ...

    async def grants_of(self, team: str, user_id: str, since: datetime) -> tuple[Grant, ...]:
        """Those that concern this person and did not end before `since`, the newest first."""
        ...

    async def revoke(self, revoked: Grant, by: Person, post: Sequence[Outgoing]) -> bool:
        """Save that it is revoked, with its ledger entry and its announcement. False: it was already."""
        ...


class Store(Protocol):
    """Every method is one transaction. All raise DatabaseUnavailable and StatementFailed."""

    async def accept(self, inbound: Inbound) -> bool:
        """Remember it and defer its thread's job. False: a duplicate, or not the bot's thread."""
        ...

    async def message(self, key: str) -> Inbound | None:
        """The stored message that has this key."""
        ...

    async def revisions(self, inbound: Inbound) -> tuple[Inbound, ...]:
        """The edits of the message, and its deletion, oldest first."""
        ...

    async def activity(self, thread_id: str) -> ThreadActivity:
        """What goes on in the thread. Nothing in one that is not the bot's."""
        ...

    async def working_threads(self, team: str, channel: str) -> tuple[ThreadRef, ...]:
        """The threads of the channel in which a run goes on, or something is queued for one."""
        ...

    async def overtaken(self, mention: Inbound) -> bool:
        """Whether a reply that was written after this stored mention arrived before it, when the bot took no
        part in the thread."""
        ...

    async def accept_root(self, root: ThreadRoot) -> bool:
        """Remember `/agent text`: an outbox row that becomes a thread when it is posted."""
        ...

    async def thread_state(self, thread_id: str) -> tuple[str | None, bool]:
        """The graph that works in the thread, and whether an approval waits there."""
        ...

    async def start_text(self, channel: str, thread_ts: str, ts: str) -> str | None:
        """What somebody wrote that this message answers with a start form; None once that is forgotten."""
        ...

    async def work(self, thread_id: str) -> Work | None:
        """What the thread has to do. None: there is nothing to do.

        Counts one attempt and issues the next fencing token. The caller holds the thread's lock.
        """
        ...

    async def closed_reviews(self, thread_id: str) -> tuple[Review, ...]:
        """The latest approvals of the thread that were decided under rules and are closed."""
        ...

    async def assign_graph(self, thread: ThreadRecord) -> None:
        """Write which graph the thread belongs to, and nothing else of it. Raises StaleWorker."""
        ...

    async def save_step(self, result: StepResult, *, claim: bool = False) -> SavedStep:
        """Write a step's result, and set the thread's attempts back to 0.

        `claim` also claims what the thread has to post. Raises Conflict, and StaleWorker where the thread's
        fencing token is no longer the latest.
        """
        ...

    async def undo_attempt(self, thread: ThreadRecord) -> None:
        """Take back the attempt that `work` counted: the run was stopped, it did not fail.

        Changes nothing where another worker took the thread over.
        """
        ...

    async def approval(self, approval_id: UUID) -> Review | None: ...

    async def decide(self, change: Change, post: Sequence[Outgoing] = ()) -> None:
        """Save a change of an approval and what is posted about it. Raises Conflict.

        Defers the thread's job once the approval is decided and can no longer be undone.
        """
        ...

    async def waiting(self, team: str, channels: Sequence[str] | None, limit: int) -> tuple[Review, ...]:
        """Pending approvals, oldest first, in these channels (None: in all)."""
        ...


class Ledger(Protocol):
    """Records what leaves an approval as it is. Raises DatabaseUnavailable."""

    async def append(
        self,
        *,
        approval_id: UUID,
        thread_id: str,
        version: int,
        event: str,
        by: Person | None = None,
        detail: Json = None,
    ) -> None: ...


class TimerStore(Protocol):
    """What the clock needs. Every method is one transaction. All raise DatabaseUnavailable."""

    async def due_approvals(self, now: datetime, limit: int) -> tuple[UUID, ...]:
        """Approvals that have something to be done by the clock, the longest overdue first."""
        ...

    async def approval(self, approval_id: UUID) -> Review | None: ...

    async def decide(self, change: Change, post: Sequence[Outgoing] = ()) -> None:
        """Raises Conflict."""
        ...

    async def reschedule(self, approval: Approval) -> None:
        """Store when the approval's next timer is due, unless the approval changed since."""
        ...

    async def postpone_timer(self, approval_id: UUID, now: datetime, until: datetime) -> None: ...


class NoticeStore(Protocol):
    """Raises DatabaseUnavailable."""

    async def waiting(self, team: str, channels: Sequence[str] | None, limit: int) -> tuple[Review, ...]: ...

    async def is_noted(self, key: str) -> bool:
        """Whether a message with this key was stored."""
        ...

    async def enqueue_posts(self, posts: Sequence[Outgoing]) -> None:
        """Store messages to post; those whose keys are there already are left out."""
        ...


class ReplyStore(Protocol):
    """What tells whether a reply still means what it meant. Raises DatabaseUnavailable."""

    async def graph_posted_between(self, thread: ThreadRef, after: str, before: str) -> bool:
        """Whether the graph said something in the thread between two messages, given as their ts."""
        ...

    async def graph_said_before(self, thread: ThreadRef, card: str) -> tuple[Json, ...]:
        """What the graph posted between the last message of a person before the card's ts and the card."""
        ...

    async def is_noted(self, key: str) -> bool:
        """Whether the outbox has this note, or had it posted in the last day."""
        ...

    async def was_revised(self, thread: ThreadRef, key: str) -> bool:
        """Whether an edit or a deletion of the message with this key came in, handled or not."""
        ...

    async def message(self, key: str) -> Inbound | None:
        """The stored message that has this key."""
        ...

    async def was_asked_back(self, thread: ThreadRef, user: str, approval_id: UUID) -> bool:
        """Whether this person was asked before what a message about this approval means."""
        ...

    async def decided_by_message(self, thread: ThreadRef, key: str) -> bool:
        """Whether the reply with this key counted as a decision."""
        ...
