"""Outgoing messages: stored in the outbox first, then posted; the key makes the post happen once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from countersign.approvals.approval import Approval
from countersign.approvals.json import Json
from countersign.flow.live.content import MessageStream
from countersign.flow.thread import ThreadRef
from countersign.i18n import N_, AnyText, for_everyone, lazy_text, pieces

FILE_LIMIT = 8 << 20  # bytes
MAX_AUTOMATIC_CARDS = 2  # of one approval; after the second was deleted, somebody has to ask for it
_CARD_GONE = N_(
    "The card was deleted again, so I don't post it by myself. Its question is still open and nothing was "
    "decided. Write anything in this thread to get the card back."
)


class OutgoingKind(StrEnum):
    AGENT_MESSAGE = "agent_message"  # body: {"text"}: an AI message of the graph's, in Markdown
    RESULT = "result"  # body: {"values": {...}}: what a graph gave beside messages
    FILE = "file"  # body: {"mime", "name"?, "data"}, in base64; with "size" and no data: too large
    DONE = "done"  # body: {"tools": [{name: text}, ...]}: a run ended without words
    NOTE = "note"  # body: {"text", "parts"?, "mentions": [ids]?}: what the bot itself has to say, in mrkdwn
    WAITING = "waiting"  # body: {"before", "running"}: it waits for a slot; `before`: threads ahead of it
    REMOVAL = "removal"  # body: {"key"}: no message, but the removal of the one that has this key
    CARD = "card"  # an approval's card, rendered from its row when it is posted
    FAILURE = "failure"  # body: {"text", "error_id", "ask_again": bool}: a run stopped
    START_FORM = "start_form"  # body: {"graph"}: the button that opens the form which starts a graph
    DIRECT = "direct"  # body: {"why"}: a direct message about an approval; its channel is a user's id
    PRIVATE_NOTE = "private_note"  # body: {"text", "said"}: a direct message; its channel is a user's id
    POINTER = "pointer"  # where the card of an approval of this thread is, if it is in another channel
    ROOT = "root"  # body: {"text", "user", "response_url", "values"?}: what /agent or a shortcut begins with


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    key: str
    kind: OutgoingKind
    team: str
    channel: str
    thread_ts: str | None  # None: it begins a thread
    body: Json = None
    approval_id: UUID | None = None
    held: bool = False  # a direct message that waited for the end of its reader's quiet hours
    attempts: int = 0  # earlier attempts; above 0, it may have been posted already
    stream: MessageStream | None = None  # in which its beginning is shown already


@dataclass(frozen=True, kw_only=True)
class ThreadRoot:
    """`/agent text` or a shortcut: a run that begins with a message of the bot's own."""

    key: str
    team: str
    channel: str
    user: str
    text: str
    response_url: str
    thread_ts: str | None = None  # below a message that somebody wrote; None: it begins a thread
    values: Json = None  # of the form that starts the graph; None: its text does


def message_key(ref: ThreadRef, message: str) -> str:
    """The key of the post of an AI message that has this key in the graph's state."""
    return f"message:{ref.id}:{message}"


def outgoing(ref: ThreadRef, key: str, kind: OutgoingKind, body: Json = None) -> Outgoing:
    """A message in this thread."""
    return Outgoing(key=key, kind=kind, team=ref.team, channel=ref.channel, thread_ts=ref.ts, body=body)


@for_everyone
def note(ref: ThreadRef, key: str, text: AnyText, *, mentions: Sequence[str] = ()) -> Outgoing:
    """A note about the object with this key; `mentions` are ids of users to notify.

    Slack shows its times in each reader's time zone.
    """
    parts = list(pieces(text))
    body: dict[str, Json] = {"text": str(text)}
    if any(isinstance(part, datetime) for part in parts):
        body["parts"] = [part if isinstance(part, str) else {"at": part.timestamp()} for part in parts]
    if mentions:
        body["mentions"] = list(mentions)
    return outgoing(ref, note_key(key), OutgoingKind.NOTE, body)


def note_key(key: str) -> str:
    """The key of the note about the thing that has this key."""
    return f"note:{key}"


@for_everyone
def failure(
    ref: ThreadRef, error_id: str, hint: AnyText, *, try_again: bool = True, ask_again: bool = False
) -> Outgoing:
    """That a run stopped, with *Try again* and *Ask again* as far as they are possible."""
    body: Json = {"text": str(hint), "error_id": error_id, "try_again": try_again, "ask_again": ask_again}
    return outgoing(ref, f"failure:{error_id}", OutgoingKind.FAILURE, body)


def card(ref: ThreadRef, approval: Approval) -> Outgoing:
    """The approval's card."""
    row = outgoing(ref, f"card:{approval.id}", OutgoingKind.CARD)
    return replace(row, approval_id=approval.id)


def card_again(ref: ThreadRef, approval_id: UUID, losses: int) -> Outgoing:
    """The approval's card again, after its message was deleted `losses` times."""
    row = outgoing(ref, f"card:{approval_id}:{losses + 1}", OutgoingKind.CARD)
    return replace(row, approval_id=approval_id)


def card_gone_note(ref: ThreadRef, approval_id: UUID, losses: int) -> Outgoing:
    return note(ref, f"card-deleted:{approval_id}:{losses}", lazy_text(_CARD_GONE))


def pointer(ref: ThreadRef, approval: Approval) -> Outgoing:
    """A message in the thread that links to the approval's card in another channel."""
    row = outgoing(ref, f"pointer:{approval.id}", OutgoingKind.POINTER)
    return replace(row, approval_id=approval.id)
