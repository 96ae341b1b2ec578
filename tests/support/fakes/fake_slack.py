"""The flow's port to Slack without a server: it records what was posted, updated and sent to one person."""

import time
from collections import deque
from dataclasses import dataclass, field
from uuid import UUID

from countersign.approvals.lifecycle import Phase, Status
from countersign.approvals.person import Person, Standing
from countersign.flow.errors import SlackRefused
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.flow.work import ApprovalMessage, Notice
from countersign.i18n import AnyText

GUEST = "UGUEST"
_last = [0]  # microseconds


@dataclass
class FakeSlack:
    """Posts once per key when it is asked to look first, as the real one does.

    Each of `post_failures` is raised by one post, each of `lookup_failures` by one look-up of a person.
    """

    posts: list[Outgoing] = field(default_factory=list)
    ts: dict[str, str] = field(default_factory=dict)  # of each post, by its row's key
    notices: list[Notice] = field(default_factory=list)  # of steps, for one person each
    other_ephemerals: list[tuple[str, str]] = field(default_factory=list)
    refused_roots: list[tuple[str, str]] = field(default_factory=list)
    cards: dict[UUID, Status] = field(default_factory=dict)  # what each card shows
    updated: dict[str, Phase] = field(default_factory=dict)  # what messages beside cards show, by key
    refused_updates: dict[str, Exception] = field(default_factory=dict)  # of cards in these channels
    refused_channels: dict[str, Exception] = field(default_factory=dict)  # to channels, or people
    post_failures: deque[Exception] = field(default_factory=deque)
    lookup_failures: deque[Exception] = field(default_factory=deque)

    async def post(self, row: Outgoing, review: Review | None) -> str:
        if self.post_failures:
            raise self.post_failures.popleft()
        if row.channel in self.refused_channels:
            raise self.refused_channels[row.channel]
        if row.attempts and row.key in self.ts:
            return self.ts[row.key]
        self.posts.append(row)
        self.ts[row.key] = next_ts()
        if review is not None and row.kind is OutgoingKind.CARD:
            self.cards[review.approval.id] = review.approval.status
        return self.ts[row.key]

    async def update_card(self, review: Review) -> bool:
        if review.approval.channel in self.refused_updates:
            raise self.refused_updates[review.approval.channel]
        self.cards[review.approval.id] = review.approval.status
        return True

    async def update_approval_message(self, message: ApprovalMessage, review: Review) -> None:
        self.updated[message.key] = review.approval.phase

    async def person(self, user_id: str, channel_id: str | None = None, *, max_age: float = 0.0) -> Person:
        if self.lookup_failures:
            raise self.lookup_failures.popleft()
        standing = Standing.GUEST if user_id == GUEST else Standing.MEMBER
        return Person(id=user_id, name=user_id.lower(), standing=standing)

    async def post_ephemeral(self, thread: ThreadRef, user: str, text: AnyText) -> None:
        self.other_ephemerals.append((user, str(text)))

    async def root_refused(self, row: Outgoing, error: str) -> None:
        self.refused_roots.append((row.key, error))

    @property
    def ephemerals(self) -> list[tuple[str, str]]:
        """Who was told something, and what."""
        return [(notice.user, str(notice.text)) for notice in self.notices] + self.other_ephemerals

    def texts(self, kind: OutgoingKind) -> list[str]:
        """What was posted of one kind, as its text."""
        return [str(row.body["text"]) for row in self.of(kind) if isinstance(row.body, dict)]

    def of(self, kind: OutgoingKind) -> list[Outgoing]:
        return [row for row in self.posts if row.kind is kind]


def next_ts() -> str:
    """Slack's clock, which gives each message a moment of its own."""
    _last[0] = max(_last[0] + 1, time.time_ns() // 1000)
    seconds, micros = divmod(_last[0], 1_000_000)
    return f"{seconds}.{micros:06}"


def refused(error: str) -> SlackRefused:
    return SlackRefused("chat.postMessage", error)
