"""What comes in from Slack and must not be lost: stored before it is acknowledged, handled in order."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.approvals.json import Json
from bot.flow.thread import ThreadRef


class InboundKind(StrEnum):
    MESSAGE = "message"  # a person wrote in the thread
    FORM = "form"  # a person filled in the form that starts a graph
    RETRY = "retry"  # a person asked to try the failed step again
    ASK_AGAIN = "ask_again"  # a person wants the question of the failed step asked again


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """`key` is unique for what it means (a message's `message:<team>/<channel>/<ts>`), `event_id` for its
    delivery."""

    key: str
    kind: InboundKind
    thread: ThreadRef
    user: str
    text: str = ""
    body: Json = None
    event_id: str | None = None
    opens: bool = True  # whether it may begin a thread; a mere reply only goes on with one that exists

    def written_after(self, ts: str | None) -> bool:
        """Whether its writer can have seen the message that has this ts. Both are Slack's clock."""
        if self.kind is not InboundKind.MESSAGE or ts is None:
            return False
        return Decimal(self.key.rpartition("/")[2]) > Decimal(ts)
