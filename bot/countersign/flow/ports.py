"""What the use cases need of the rooms around them."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from countersign.approvals.approval import Approval
from countersign.approvals.errors import CountersignError
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.person import Person
from countersign.flow.graph_state import GraphInfo, GraphState
from countersign.flow.inbound import Inbound
from countersign.flow.outgoing import Opening, Outgoing
from countersign.flow.thread import ThreadRecord, ThreadRef


@dataclass(frozen=True, kw_only=True)
class Work:
    """All that a thread still has to do, in order."""

    thread: ThreadRecord
    open: tuple[Approval, ...]  # pending and decided, oldest decision first
    inbound: tuple[Inbound, ...]  # not handled yet, oldest first


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What one step of a thread leaves behind: written in one transaction, or not at all."""

    thread: ThreadRecord
    done: tuple[str, ...] = ()  # keys of inbound rows
    held: tuple[str, ...] = ()  # keys of inbound rows that never reached the graph, for a later try
    release: bool = False  # whether what is held is to be done now
    changes: tuple[Change, ...] = ()
    post: tuple[Outgoing, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What is left after a settlement. What comes in later has a job of its own."""

    more: bool  # whether the thread has more to do
    # What the thread has to post, if it was asked for: nobody else posts it now.
    claimed: tuple[Outgoing, ...]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One line of /approvals."""

    approval: Approval
    thread: ThreadRef


class Conflict(CountersignError):
    """Somebody else changed this approval in the meantime."""


class StoreAway(CountersignError):
    """The database cannot be reached or has no room: whether this was written is not known."""


class Store(Protocol):
    """Every method is one transaction."""

    async def accept(self, inbound: Inbound) -> bool:
        """Remember it and defer its thread's job. False: known already, or no thread of ours."""
        ...

    async def overtaken(self, mention: Inbound) -> bool:
        """Whether a reply that was written after this stored mention was told before it, when the thread was
        none of ours."""
        ...

    async def accept_opening(self, opening: Opening) -> bool:
        """Remember `/agent text`: an outbox row that becomes a thread when it is posted."""
        ...

    async def work(self, thread_id: str) -> Work | None:
        """What the thread has to do; counts one attempt. None: there is no such thread."""
        ...

    async def assign_graph(self, thread: ThreadRecord) -> None:
        """Write which graph the thread belongs to, and nothing else of it."""
        ...

    async def settle(self, settlement: Settlement, *, claim: bool = False) -> Settled:
        """Write a step's result; the thread came to rest, so its attempts start again.

        Raises Conflict and StoreAway.
        """
        ...

    async def hand_back(self, thread_id: str) -> None:
        """Take back the attempt that `work` counted: the run was stopped, it did not fail.

        Raises StoreAway.
        """
        ...

    async def approval(self, approval_id: UUID) -> Approval | None: ...

    async def decide(self, change: Change) -> None:
        """Save a vote; when it was the last, defer the thread's job. Raises Conflict."""
        ...

    async def waiting(self, team: str, channels: Sequence[str] | None, limit: int) -> tuple[Waiting, ...]:
        """Pending approvals, oldest first, in these channels (None: in all)."""
        ...


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A thread with something to post, or (without `thread_ts`) the one message that begins a thread."""

    channel: str
    thread_ts: str | None
    key: str | None


class Outbox(Protocol):
    """Claims keep two processes from posting the same row; they lapse, so a dead one blocks nobody."""

    async def claim_thread(self, channel: str, thread_ts: str) -> tuple[Outgoing, ...]:
        """All that a thread has still to post, in order; nothing while somebody else is at it."""
        ...

    async def claim_one(self, key: str) -> Outgoing | None: ...

    async def due(self, limit: int) -> tuple[Lane, ...]:
        """Where something is to be posted that nobody is at, oldest first."""
        ...

    async def posted(self, row: Outgoing, ts: str, drawn: int) -> None:
        """Record the post. An opening's thread begins here; a card's approval learns its ts and version."""
        ...

    async def card_seen(self, approval_id: UUID, ts: str) -> None:
        """A card's message is known to be this one, although nobody recorded its post."""
        ...

    async def postpone(self, row: Outgoing, seconds: float, error: str) -> None:
        """Try it again after so many seconds, and nothing of its thread before."""
        ...

    async def give_up(self, row: Outgoing, error: str) -> None: ...

    async def stale_cards(self, limit: int) -> tuple[UUID, ...]:
        """Approvals whose card shows an older version, for longer than a drawing takes."""
        ...

    async def drawn(self, approval_id: UUID, version: int) -> int | None:
        """Record which version the card shows. Gives the one that the approval has by now, if it exists."""
        ...


class Session(Protocol):
    """A thread's lock, held by a database session: gone when the session is."""

    @property
    def closed(self) -> bool: ...


class Locks(Protocol):
    def hold(self, thread_id: str) -> AbstractAsyncContextManager[Any]:
        """Enter with the thread's session lock held. Raises ThreadBusy."""
        ...


class GraphThread(Protocol):
    """One graph in one thread, under its lock. Runs raise RunFailed, resume AnswerRefused as well."""

    async def read(self) -> GraphState: ...

    async def start(self, inbound: Inbound) -> None: ...

    async def resume(self, interrupt_id: str, answer: Json) -> None: ...

    async def go_on(self) -> None: ...

    async def ask_again(self) -> None:
        """Run the pending step anew from its checkpoint: it asks again, under new ids."""
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


class RateLimited(CountersignError):
    """Slack asks to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Slack asks to wait {seconds:g} s.")
        self.seconds = seconds


class SlackRefused(CountersignError):
    """Slack refused the call. `error` is Slack's own code."""

    def __init__(self, method: str, error: str) -> None:
        super().__init__(f"Slack refused {method}: {error}.")
        self.method = method
        self.error = error


class SlackUnreachable(CountersignError):
    """Slack did not answer."""


class Slack(Protocol):
    """Raises RateLimited, SlackRefused, SlackUnreachable."""

    async def post(self, row: Outgoing, approval: Approval | None) -> str:
        """Post the row and give its ts. With `row.attempts` above 0, look for it by its key first."""
        ...

    async def redraw(self, approval: Approval) -> None:
        """Make the card show the approval as it is."""
        ...

    async def person(self, user_id: str, team_id: str | None) -> Person: ...

    async def whisper(self, thread: ThreadRef, user: str, text: str) -> None:
        """Tell one person something, in the thread, for their eyes only."""
        ...

    async def opening_failed(self, row: Outgoing, error: str) -> None:
        """Tell who typed /agent why no thread came of it."""
        ...


class Clock(Protocol):
    def __call__(self) -> datetime: ...
