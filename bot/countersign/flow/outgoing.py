"""What goes out to Slack: a row in the outbox first, a post after. Its key makes it post once."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from countersign.approvals.json import Json


class OutgoingKind(StrEnum):
    SAID = "said"  # body: {"text"}: what the graph says, in Markdown
    FIELDS = "fields"  # body: {"values": {...}}: the output of a graph without messages
    NOTE = "note"  # body: {"text"}: what the bot itself has to say, in mrkdwn
    CARD = "card"  # an approval's card, drawn from its row when it is posted
    FAILURE = "failure"  # body: {"text", "reference", "ask_again": bool}: a run stopped
    START = "start"  # body: {"graph"}: the button that opens the form which starts a graph
    OPENING = "opening"  # body: {"text", "user", "response_url"}: the root of a thread begun by /agent


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    key: str
    kind: OutgoingKind
    team: str
    channel: str
    thread_ts: str | None  # None: it begins a thread
    body: Json = None
    approval_id: UUID | None = None
    attempts: int = 0  # posts tried before this one; above 0, it may be there already


@dataclass(frozen=True, kw_only=True)
class Opening:
    """`/agent text`: a thread that begins with a message of the bot's own."""

    key: str
    team: str
    channel: str
    user: str
    text: str
    response_url: str
