"""The work of a step, and its result."""

from dataclasses import dataclass
from uuid import UUID

from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.flow.decisions.replies.reply_offer import ReplyOffer
from countersign.flow.error_report import ErrorReport
from countersign.flow.messages.inbound import Inbound
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRecord
from countersign.i18n import AnyText


@dataclass(frozen=True, kw_only=True)
class Work:
    """All that a thread still has to do, in order."""

    thread: ThreadRecord
    open: tuple[Review, ...]  # pending and decided, oldest decision first
    inbound: tuple[Inbound, ...]  # not handled yet, oldest first
    held: tuple[Inbound, ...] = ()  # messages kept until nothing waits for people any more


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """What one step of a thread leaves behind: written in one transaction, or not at all."""

    thread: ThreadRecord
    done: tuple[str, ...] = ()  # keys of inbound rows
    parked: tuple[str, ...] = ()  # keys of inbound rows that never reached the graph, for a later try
    held: tuple[str, ...] = ()  # keys of messages that are kept until nothing waits for people any more
    asked_back: tuple[str, ...] = ()  # keys of messages whose writers are asked what they meant
    forget_parked: bool = False  # whether what is parked is never to be done
    unpark: bool = False  # whether what is parked is to be done now
    changes: tuple[Change, ...] = ()
    opened: tuple[Review, ...] = ()  # the approvals that `changes` open
    post: tuple[Outgoing, ...] = ()
    error: ErrorReport | None = None  # of the failure that `post` reports, for the graph's author
    waits: bool = False  # whether the graph rests at a question
    stopped: bool = False  # whether somebody stopped the run
    closed: bool = False  # whether the conversation is over: the next message begins another one
    notices: tuple["Notice", ...] = ()  # sent after the result is saved; a failure to send one is ignored


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Words for one person, for their eyes only, and what they may do about a message of theirs."""

    user: str
    text: AnyText
    offer: ReplyOffer | None = None


@dataclass(frozen=True, kw_only=True)
class SavedStep:
    """What is left after a step was saved. What comes in later has a job of its own."""

    more: bool  # whether the thread has more to do
    # If asked for: what the thread has to post, and nobody else posts now.
    claimed: tuple[Outgoing, ...]


@dataclass(frozen=True, kw_only=True)
class ApprovalMessage:
    """A message about an approval beside its card, which was posted and is kept up to date."""

    key: str
    kind: OutgoingKind
    approval_id: UUID
    channel: str  # a channel's id, or a user's
    ts: str
    body: Json = None


@dataclass(frozen=True, kw_only=True)
class DeliveryTarget:
    """A thread with something to post, or (without `thread_ts`) the one message that begins a thread."""

    channel: str
    thread_ts: str | None
    key: str | None
