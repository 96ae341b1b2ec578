"""What comes in from Slack and must not be lost: stored before it is acknowledged, handled in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from countersign.approvals.json import Json
from countersign.flow.thread import ThreadRef


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
        return self.written > Decimal(ts)

    @property
    def written(self) -> Decimal:
        """When Slack says that a message was written, in seconds."""
        return Decimal(self.key.rpartition("/")[2])


def in_order(rows: Iterable[Inbound]) -> tuple[Inbound, ...]:
    """As they came in, but messages among themselves as they were written.

    Slack hands a thread's messages to any of our connections, so that a later one may be stored first.
    """
    given = tuple(rows)
    messages = iter(
        sorted((row for row in given if row.kind is InboundKind.MESSAGE), key=lambda m: m.written)
    )
    return tuple(next(messages) if row.kind is InboundKind.MESSAGE else row for row in given)
