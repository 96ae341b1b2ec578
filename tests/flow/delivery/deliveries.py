"""Delivery, with stand-ins for the outbox, the store and Slack."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from countersign.approvals.approval import Approval
from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.observability.observer import Observer
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.flow.work import DeliveryTarget
from tests.approvals.test_record import an_approval
from tests.support.fakes.fake_slack import FakeSlack

OPEN = an_approval(version=3, card_ts="5.0")


def row(key: str, kind: OutgoingKind = OutgoingKind.NOTE, **more: Any) -> Outgoing:
    fields = {"team": "T1", "channel": "C1", "thread_ts": "1.0", **more}
    return Outgoing(key=key, kind=kind, **fields)


def card(approval: Approval = OPEN, **more: Any) -> Outgoing:
    return row("card", OutgoingKind.CARD, approval_id=approval.id, channel=approval.channel, **more)


@dataclass
class Stored:
    """The delivery's ports to the database: what there is, and what it was told to record."""

    approval_now: Approval | None = OPEN
    waiting: dict[tuple[str, str | None], list[Outgoing]] = field(default_factory=dict)
    rendered: deque[int | None] = field(default_factory=deque)  # the versions that there are by then
    gone: ThreadRef | None = None  # the thread of a card that turns out to be deleted
    movable: bool = True
    did: list[tuple[Any, ...]] = field(default_factory=list)
    read: int = 0
    now: float = 0.0  # by the delivery's clock
    moments: list[float] = field(default_factory=list)  # what the clock says before that

    def monotonic(self) -> float:
        return self.moments.pop(0) if self.moments else self.now

    async def claim_thread(self, channel: str, thread_ts: str) -> tuple[Outgoing, ...]:
        self.did.append(("claim", channel, thread_ts))
        return tuple(self.waiting.pop((channel, thread_ts), ()))

    async def claim_one(self, key: str) -> Outgoing | None:
        self.did.append(("claim", key))
        found = [each for each in self.waiting.get(("", None), ()) if each.key == key]
        return found[0] if found else None

    async def due(self, limit: int) -> tuple[DeliveryTarget, ...]:
        targets = [
            DeliveryTarget(channel=channel, thread_ts=ts, key=None) for channel, ts in self.waiting if ts
        ]
        targets += [
            DeliveryTarget(channel=each.channel, thread_ts=None, key=each.key)
            for each in self.waiting.get(("", None), ())
        ]
        return tuple(targets[:limit])

    async def posted(self, row: Outgoing, ts: str, shows: Approval | None = None) -> None:
        self.did.append(("posted", row.key, None if shows is None else shows.version))

    async def postpone(self, row: Outgoing, seconds: float, error: str) -> None:
        self.did.append(("postponed", row.key, seconds, error))

    async def postpone_untried(self, row: Outgoing, seconds: float, error: str) -> None:
        self.did.append(("untried", row.key, seconds, error))

    async def give_up(self, row: Outgoing, error: str) -> None:
        self.did.append(("given up", row.key, error))

    async def approval(self, approval_id: UUID) -> Review | None:
        assert approval_id == OPEN.id
        self.read += 1
        assert self.read < 5, "it is read again and again"
        return None if self.approval_now is None else Review(self.approval_now)

    async def card_rendered(self, shows: Approval) -> int | None:
        self.did.append(("rendered", shows.version))
        return self.rendered.popleft() if self.rendered else shows.version

    async def card_refused(self, approval: Approval) -> int | None:
        self.did.append(("refused", approval.version))
        return self.rendered.popleft() if self.rendered else approval.version

    async def card_seen(self, approval_id: UUID, ts: str) -> None:
        self.did.append(("seen", ts))

    async def stale_cards(self, limit: int) -> tuple[UUID, ...]:
        return (OPEN.id, OPEN.id, OPEN.id)[:limit]

    async def outdated_messages(self, approval_id: UUID) -> tuple[Any, ...]:
        self.did.append(("messages",))
        return ()

    async def move_card_to_thread(self, review: Review, note: Outgoing) -> bool:
        text = note.body["text"] if isinstance(note.body, dict) else ""
        self.did.append(("moved", text))
        return self.movable

    async def card_lost(self, team: str, channel: str, ts: str, why: str) -> ThreadRef | None:
        self.did.append(("lost", team, channel, ts, why))
        return self.gone

    async def lost_unrecorded(self, team: str, channel: str, ts: str) -> ThreadRef | None:
        self.did.append(("lost?", team, channel))
        return self.gone


class Counting(Observer):
    def __init__(self) -> None:
        super().__init__()
        self.counted: list[tuple[str, str]] = []

    def posted(self, row: Outgoing, outcome: str) -> None:
        self.counted.append((row.key, outcome))


@dataclass
class Delivery:
    stored: Stored
    slack: FakeSlack
    observer: "Counting"
    deliver: MessageDelivery

    @property
    def posts(self) -> list[str]:
        return [each.key for each in self.slack.posts]


@pytest.fixture
def delivery() -> Delivery:
    stored, slack, observer = Stored(), FakeSlack(), Counting()
    ports: Any = stored
    sent: Any = slack
    return Delivery(
        stored,
        slack,
        observer,
        MessageDelivery(ports, ports, sent, observer, ports, monotonic=stored.monotonic),
    )
