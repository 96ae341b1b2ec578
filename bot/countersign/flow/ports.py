"""What the use cases need of the rooms around them: every protocol that an adapter implements."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from countersign.approvals.approval import Approval
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Stage
from countersign.approvals.person import Person
from countersign.approvals.policy.approver_set import Source
from countersign.approvals.policy.matching import Channel
from countersign.approvals.policy.voting.membership import Roster
from countersign.flow.error_report import ErrorReport
from countersign.flow.graph_state import GraphInfo, GraphState, StateChange
from countersign.flow.inbound import Inbound
from countersign.flow.outgoing import Outgoing, ThreadRoot
from countersign.flow.review import Review
from countersign.flow.slots import Slot
from countersign.flow.thread import ThreadRecord, ThreadRef
from countersign.flow.work import ApprovalMessage, DeliveryTarget, SavedStep, StepResult, Work


class Store(Protocol):
    """Every method is one transaction. All raise DatabaseUnavailable and StatementFailed."""

    async def accept(self, inbound: Inbound) -> bool:
        """Remember it and defer its thread's job. False: a duplicate, or not the bot's thread."""
        ...

    async def overtaken(self, mention: Inbound) -> bool:
        """Whether a reply that was written after this stored mention arrived before it, when the bot took no
        part in the thread."""
        ...

    async def accept_root(self, root: ThreadRoot) -> bool:
        """Remember `/agent text`: an outbox row that becomes a thread when it is posted."""
        ...

    async def start_text(self, channel: str, thread_ts: str, ts: str) -> str | None:
        """What somebody wrote that this message answers with a start form; None once that is forgotten."""
        ...

    async def work(self, thread_id: str) -> Work | None:
        """What the thread has to do. None: there is nothing to do.

        Counts one attempt and issues the next fencing token. The caller holds the thread's lock.
        """
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
        """Save a change of an approval and what is told of it. Raises Conflict.

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

    async def tell(self, posts: Sequence[Outgoing]) -> None:
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

    async def decided_by_message(self, thread: ThreadRef, key: str) -> bool:
        """Whether the reply with this key counted as a decision."""
        ...


class Outbox(Protocol):
    """Claims keep two processes from posting the same row; they expire, in case it crashes."""

    async def claim_thread(self, channel: str, thread_ts: str) -> tuple[Outgoing, ...]:
        """All that a thread has still to post, in order; nothing while another process has claimed it."""
        ...

    async def claim_one(self, key: str) -> Outgoing | None: ...

    async def due(self, limit: int) -> tuple[DeliveryTarget, ...]:
        """Where something is to be posted that nobody has claimed, oldest first."""
        ...

    async def posted(self, row: Outgoing, ts: str, rendered_version: int, shows: Stage | None = None) -> None:
        """Record the post. A root's thread begins here; a card's approval learns its ts and version.

        `shows`: of another message about an approval, which stage of it.
        """
        ...

    async def outdated_messages(self, approval_id: UUID) -> tuple[ApprovalMessage, ...]:
        """Messages about the approval, beside its card, that show an earlier stage of it."""
        ...

    async def move_card_to_thread(self, review: Review, told: Outgoing) -> bool:
        """Post the card of an open approval in its thread after all, with a note; False if it is there."""
        ...

    async def approvals_with_outdated_messages(self, limit: int) -> tuple[UUID, ...]:
        """Approvals of which messages have been outdated for longer than an update takes."""
        ...

    async def message_updated(self, key: str, shows: Stage) -> None: ...

    async def card_seen(self, approval_id: UUID, ts: str) -> None:
        """A card's message is known to be this one, although nobody recorded its post."""
        ...

    async def postpone(self, row: Outgoing, seconds: float, error: str) -> None:
        """Try it again after so many seconds, and nothing of its thread before."""
        ...

    async def give_up(self, row: Outgoing, error: str) -> None: ...

    async def stale_cards(self, limit: int) -> tuple[UUID, ...]:
        """Approvals whose card has shown an older version for longer than an update takes."""
        ...

    async def card_rendered(self, approval_id: UUID, version: int) -> int | None:
        """Record which version the card shows. Gives the one that the approval has by now, if it exists."""
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


class Session(Protocol):
    """A thread's lock, held by a database session: gone when the session is."""

    @property
    def closed(self) -> bool: ...


class Locks(Protocol):
    def hold(self, thread_id: str) -> AbstractAsyncContextManager[Any]:
        """Enter with the thread's session lock held. Raises ThreadBusy and DatabaseUnavailable."""
        ...


class RunSlots(Protocol):
    """Leave to run graphs, shared fairly between people and channels. All raise DatabaseUnavailable."""

    async def enter(self, thread_id: str) -> Slot | None:
        """A slot for the thread's next step. None: it waits, says so, and has a job when its turn comes.

        The caller holds the thread's lock.
        """
        ...

    async def leave(self, thread_id: str, slot: Slot) -> None:
        """The step is over: its slot goes to a thread that waits. No effect on the slot of a later step."""
        ...


class GraphThread(Protocol):
    """One graph in one thread, under its lock. All raise DatabaseUnavailable.

    Runs raise RunFailed, resume AnswerRefused as well.
    """

    async def read(self) -> GraphState: ...

    async def start(self, inbound: Inbound) -> None: ...

    async def resume(self, interrupt_id: str, answer: Json, change: StateChange | None = None) -> None:
        """Hand over the answer, and `change` the state with it.

        AnswerRefused also where the state is not any more what was shown to whoever changed it.
        """
        ...

    async def is_asked(self, interrupt_id: str) -> bool:
        """Whether a task of today's graph asks this pending interrupt, in its subgraph as well."""
        ...

    async def continue_run(self) -> None:
        """Run what the state has still to run, without new input."""
        ...

    async def ask_again(self) -> None:
        """Run the pending step again from its checkpoint: it asks again, under new ids."""
        ...


class Graphs(Protocol):
    @property
    def infos(self) -> Mapping[str, GraphInfo]: ...

    @property
    def default(self) -> str: ...

    def bind(
        self, name: str, thread: ThreadRef, session: Any, starter: str | None = None
    ) -> AbstractAsyncContextManager[GraphThread]:
        """`starter` wrote what starts a run now; None where one goes on that somebody started before."""
        ...

    def report_error(self, error_id: str, name: str, error: BaseException) -> ErrorReport | None:
        """What an error in a step says to the author of this graph. None: no reports are kept."""
        ...


class Slack(Protocol):
    """Raises RateLimited, SlackRefused, SlackUnreachable."""

    async def post(self, row: Outgoing, review: Review | None) -> str:
        """Post the row and give its ts. With `row.attempts` above 0, look for it by its key first."""
        ...

    async def update_card(self, review: Review) -> None:
        """Make the card show the approval as it is."""
        ...

    async def update_message_about(self, message: ApprovalMessage, review: Review) -> None:
        """Make a message about an approval, beside its card, show the stage that it is at."""
        ...

    async def person(self, user_id: str, channel_id: str | None = None, *, max_age: float = 0.0) -> Person:
        """Who it is now, or was at most `max_age` seconds ago. Of a channel, whether they can see it now."""
        ...

    async def post_ephemeral(self, thread: ThreadRef, user: str, text: str) -> None:
        """Tell one person something, in the thread, for their eyes only."""
        ...

    async def root_refused(self, row: Outgoing, error: str) -> None:
        """Tell who typed /agent why no thread came of it."""
        ...


class ApproverDirectory(Protocol):
    """Who belongs to what, as of a few seconds ago at most."""

    async def person(self, user_id: str, channel_id: str | None) -> Person:
        """Who it is now, and whether they can see the channel now.

        Raises RateLimited, SlackRefused, SlackUnreachable.
        """
        ...

    async def roster(self, source: Source, thread_channel: str) -> Roster:
        """The members of a group or a channel. Never raises: what Slack does not tell is Unreadable."""
        ...

    async def channel(self, channel_id: str) -> Channel:
        """Raises RateLimited, SlackRefused, SlackUnreachable."""
        ...

    async def channel_id(self, name: str) -> str | None:
        """The id of a channel (`#name`, or its id); None if there is none that the bot can see.

        Raises RateLimited, SlackRefused, SlackUnreachable.
        """
        ...

    async def groups_of(self, user_id: str) -> frozenset[str]:
        """The handles and ids of the user groups that somebody is in.

        Raises RateLimited, SlackRefused, SlackUnreachable.
        """
        ...


class Names(Protocol):
    async def readable(self, text: str) -> str:
        """The text with a name beside each id of a person, channel or user group. Never raises."""
        ...

    async def current_channel(self, channel: str) -> str:
        """The id that Slack knows now for a channel that had this one."""
        ...


class StatusDisplay(Protocol):
    """Raises RateLimited, SlackRefused, SlackUnreachable."""

    async def show_status(self, thread: ThreadRef, status: str) -> None:
        """Show in the thread what the bot is doing; an empty status clears it."""
        ...


class SlackForTools(Protocol):
    """Raises SlackRefused, with Slack's word in `error`, RateLimited and SlackUnreachable."""

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]: ...

    async def post_text(self, key: str, channel: str, text: str, *, look_first: bool) -> dict[str, Any]: ...


class ApprovalValidity(Protocol):
    """Raises DatabaseUnavailable."""

    async def is_valid(self, thread_id: str, tool_call_id: str | None) -> bool:
        """Whether the approvals that were last decided together in this thread still count now."""
        ...


class DecidedApprovals(Protocol):
    """Raises DatabaseUnavailable."""

    async def last_decided(self, thread_id: str) -> tuple[Approval, ...]:
        """The approvals of the thread that were asked together with the one that changed last, if decided."""
        ...


class Effects(Protocol):
    """What tools did, by key. All raise DatabaseUnavailable."""

    async def begin(self, key: str) -> bool:
        """Whether this caller is the first to begin the effect."""
        ...

    async def finished(self, key: str) -> tuple[bool, Json]:
        """Whether the effect was finished, and its result."""
        ...

    async def finish(self, key: str, result: Json) -> None: ...

    async def forget(self, key: str) -> None: ...


class Checkpoints(Protocol):
    """LangGraph's checkpoints of a thread at rest, on the session of its lock."""

    async def compact(self, thread_id: str, session: Any) -> None:
        """Delete all checkpoints but the latest."""
        ...

    async def delete(self, thread_id: str, session: Any) -> None: ...


class RetentionStore(Protocol):
    """What the tables keep, and delete in time."""

    async def delete_expired_events(self) -> None: ...

    async def delete_expired_effects(self, seconds: float) -> None: ...

    async def idle_threads(self, seconds: float, limit: int) -> tuple[str, ...]: ...

    async def threads_to_compact(self, seconds: float, limit: int) -> tuple[str, ...]: ...

    async def is_idle(self, thread_id: str, seconds: float) -> bool:
        """Whether nothing is pending in the thread, and nobody has touched it for so long."""
        ...

    async def mark_compacted(self, thread_id: str) -> None: ...

    def deleting(self, session: Any, thread_id: str, seconds: float) -> AbstractAsyncContextManager[bool]:
        """Delete all rows of an idle thread except its ledger. False: it is not idle any more, so it stays.

        The block runs in the same transaction, on the session of the thread's lock.
        """
        ...


class Clock(Protocol):
    def __call__(self) -> datetime: ...
