"""Inbound messages and events: stored before Slack gets its acknowledgement, handled in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from countersign.approvals.json import Json
from countersign.flow.thread import ThreadRef


class InboundKind(StrEnum):
    MESSAGE = "message"  # a person wrote in the thread
    FORM = "form"  # a person filled in the form that starts a graph
    RETRY = "retry"  # a person asked to try the failed step again
    ASK_AGAIN = "ask_again"  # a person wants the question of the failed step asked again
    CHOICE = "choice"  # a person said what a message of theirs is; `body` is a ChosenReply
    STOP = "stop"  # a person stopped what the agent does
    RESET = "reset"  # a person resets the conversation
    REVISION = "revision"  # a person edited or deleted a message; `body` has its key as `message`


CONTROLS = frozenset({InboundKind.STOP, InboundKind.RESET})
STARTS_A_RUN = frozenset({InboundKind.MESSAGE, InboundKind.FORM})


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """`key` identifies the content (a message's `message:<team>/<channel>/<ts>`), `event_id` its
    delivery."""

    key: str
    kind: InboundKind
    thread: ThreadRef
    user: str
    text: str = ""
    body: Json = None
    blocks: tuple[Json, ...] = ()  # content of the files that came with it, once they are read
    event_id: str | None = None
    may_open: bool = True  # whether it may open a thread; a mere reply only goes on with one that exists
    ts: str | None = None  # of a message: when it was written, by Slack's clock
    deleted: bool = False  # by its writer, before it was read
    kept: bool = False  # whether it was kept for later, because it came before a question
    open_approvals: tuple[UUID, ...] = ()  # of its thread, when it was written; known once it is stored
    traceparent: str | None = None  # the trace in which it came in; known once it is stored

    def written_after(self, ts: str | None) -> bool:
        """Whether its writer can have seen the message with this ts."""
        if self.ts is None or ts is None:
            return False
        return Decimal(self.ts) > Decimal(ts)


def in_order(rows: Iterable[Inbound]) -> tuple[Inbound, ...]:
    """In order of arrival, but messages among themselves in order of writing.

    Slack delivers a thread's messages over any of our connections, so that a later one may be stored first.
    """
    given = tuple(rows)
    messages = iter(sorted((row for row in given if row.ts), key=lambda row: Decimal(str(row.ts))))
    return tuple(next(messages) if row.ts else row for row in given)
