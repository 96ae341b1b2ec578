"""What becomes of each message to be posted, and of each card to be updated, by what Slack answers."""

from collections import deque
from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest

from countersign.approvals.approval import Approval
from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.observability.observer import Observer
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.flow.work import DeliveryTarget
from tests.approvals.policy.policies import a_rule
from tests.approvals.test_record import an_approval
from tests.support.fake_slack import FakeSlack, refused

OPEN = an_approval(version=3, card_ts="5.0")
ELSEWHERE = replace(OPEN, posted_to="C9")


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
    moments: list[float] = field(default_factory=list)  # by the delivery's clock, the last one repeats

    def monotonic(self) -> float:
        return self.moments.pop(0) if self.moments else 0.0

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


async def test_rows_are_posted_in_order_and_recorded(delivery: Delivery) -> None:
    await delivery.deliver.deliver([row("a"), row("b")])

    assert delivery.posts == ["a", "b"]
    assert delivery.stored.did == [("posted", "a", None), ("posted", "b", None)]
    assert delivery.observer.counted == [("a", "posted"), ("b", "posted")]


@pytest.mark.parametrize(
    ("error", "attempts", "seconds", "outcome"),
    [
        (RateLimited(7.0), 0, 7.0, "postponed"),
        (SlackUnreachable("gone"), 0, 1.0, "postponed"),
        (SlackUnreachable("gone"), 1, 2.0, "postponed"),
        (SlackUnreachable("gone"), 2, 4.0, "postponed"),
        (SlackUnreachable("gone"), 3, 8.0, "postponed"),
        (SlackUnreachable("gone"), 4, 15.0, "postponed"),
        (SlackUnreachable("gone"), 5, 30.0, "postponed"),
        (SlackUnreachable("gone"), 6, 30.0, "postponed"),
        (SlackUnreachable("gone"), 60, 30.0, "postponed"),
        (refused("not_in_channel"), 0, 60.0, "refused"),
        (ValueError("broken"), 0, 60.0, "failed"),
    ],
    ids=str,
)
async def test_what_cannot_be_posted_is_tried_later_and_all_behind_it(
    delivery: Delivery, error: Exception, attempts: int, seconds: float, outcome: str
) -> None:
    delivery.slack.post_failures.append(error)

    await delivery.deliver.deliver([row("a", attempts=attempts), row("b")])

    why = f"ValueError: {error}" if isinstance(error, ValueError) else str(error)
    assert delivery.stored.did == [("postponed", "a", seconds, why)]
    assert delivery.posts == []
    assert delivery.observer.counted == [("a", outcome)]


@pytest.mark.parametrize("kind", [OutgoingKind.ROOT, OutgoingKind.DIRECT])
async def test_a_root_or_a_direct_message_that_slack_refuses_is_given_up(
    delivery: Delivery, kind: OutgoingKind
) -> None:
    delivery.slack.post_failures.append(refused("user_disabled"))

    await delivery.deliver.deliver([row("a", kind, thread_ts=None)])

    assert delivery.stored.did == [("given up", "a", "user_disabled")]
    roots = [("a", "user_disabled")] if kind is OutgoingKind.ROOT else []
    assert delivery.slack.refused_roots == roots


async def test_what_would_outlast_its_claim_is_left_for_the_next_round(delivery: Delivery) -> None:
    delivery.stored.moments = [100.0, 108.0, 108.1]

    await delivery.deliver.deliver([row("a"), row("b"), row("c")])

    assert delivery.posts == ["a"]
    assert delivery.stored.did[1:] == [("postponed", "b", 0, "left for the next round")]


async def test_each_thread_is_delivered_once_and_each_other_message_by_itself(delivery: Delivery) -> None:
    rows = [row("a"), row("b"), row("c", channel="C2"), row("d", thread_ts=None, channel="U1")]
    delivery.stored.waiting = {("C1", "1.0"): rows[:2], ("C2", "1.0"): [rows[2]], ("", None): [rows[3]]}

    await delivery.deliver.deliver_posts(rows)

    assert delivery.posts == ["a", "b", "c", "d"]
    claims = [each for each in delivery.stored.did if each[0] == "claim"]
    assert claims == [("claim", "C1", "1.0"), ("claim", "C2", "1.0"), ("claim", "d")]


async def test_a_message_that_another_process_posts_is_left_to_it(delivery: Delivery) -> None:
    await delivery.deliver.deliver_posts([row("d", thread_ts=None)])
    assert delivery.posts == []


async def test_what_is_due_is_delivered_and_counted(delivery: Delivery) -> None:
    alone = row("d", thread_ts=None, channel="U1")
    delivery.stored.waiting = {("C1", "1.0"): [row("a")], ("", None): [alone]}

    assert await delivery.deliver.deliver_due() == 2
    assert delivery.posts == ["a", "d"]
    assert await delivery.deliver.deliver_due(0) == 0


@pytest.mark.parametrize(
    ("attempts", "version", "shows"), [(0, 3, 3), (0, 1, 1), (1, 1, 1), (1, 3, None), (2, 2, None)]
)
async def test_a_second_attempt_may_have_found_the_first_ones_post(
    delivery: Delivery, attempts: int, version: int, shows: int | None
) -> None:
    delivery.stored.approval_now = replace(OPEN, version=version)

    await delivery.deliver.deliver([card(attempts=attempts)])

    assert delivery.stored.did[0] == ("posted", "card", shows)


async def test_a_card_is_made_of_the_approval_that_is_known_and_other_messages_of_the_stored_one(
    delivery: Delivery,
) -> None:
    known = {OPEN.id: Review(replace(OPEN, version=8))}
    pointer = row("pointer", OutgoingKind.POINTER, approval_id=OPEN.id)

    await delivery.deliver.deliver([card(), pointer], known)

    posted = [each for each in delivery.stored.did if each[0] == "posted"]
    assert posted == [("posted", "card", 8), ("posted", "pointer", 3)]
    assert delivery.stored.read == 1


async def test_a_card_whose_message_is_gone_by_then_is_posted_again(delivery: Delivery) -> None:
    delivery.stored.gone = ThreadRef(team="T1", channel="C1", ts="1.0")
    delivery.stored.waiting = {("C1", "1.0"): [row("again")]}

    await delivery.deliver.deliver([card()])

    assert delivery.posts == ["card", "again"]


async def test_only_a_card_can_be_a_lost_one(delivery: Delivery) -> None:
    await delivery.deliver.deliver([row("pointer", OutgoingKind.POINTER, approval_id=OPEN.id)])
    assert delivery.stored.did == [("posted", "pointer", 3)]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("is_archived", "that channel is archived"),
        ("channel_not_found", "I can't see that channel"),
        ("not_in_channel", "I'm not in that channel"),
        ("restricted_action", "the settings of this workspace don't let me post there"),
        ("restricted_action_read_only_channel", "I may not post in that channel"),
    ],
)
async def test_a_card_whose_channel_is_closed_goes_to_the_thread_of_its_request(
    delivery: Delivery, error: str, why: str
) -> None:
    delivery.stored.approval_now = ELSEWHERE
    delivery.stored.waiting = {("C1", "1.0"): [row("moved")]}
    delivery.slack.post_failures.append(refused(error))

    await delivery.deliver.deliver([card(ELSEWHERE)])

    (moved, text), *others = delivery.stored.did
    assert moved == "moved"
    assert why in str(text)
    assert others == [("claim", "C1", "1.0"), ("posted", "moved", None), ("messages",)]


@pytest.mark.parametrize(
    ("approval", "kind", "error"),
    [
        (OPEN, OutgoingKind.CARD, "is_archived"),
        (ELSEWHERE, OutgoingKind.POINTER, "is_archived"),
        (ELSEWHERE, OutgoingKind.CARD, "invalid_blocks"),
    ],
    ids=["in its thread already", "no card", "another error"],
)
async def test_nothing_else_moves(
    delivery: Delivery, approval: Approval, kind: OutgoingKind, error: str
) -> None:
    delivery.stored.approval_now = approval
    delivery.slack.post_failures.append(refused(error))

    await delivery.deliver.deliver([replace(card(approval), kind=kind)])

    assert [each[0] for each in delivery.stored.did] == ["postponed"]


async def test_a_card_that_is_in_the_thread_by_now_is_tried_again(delivery: Delivery) -> None:
    delivery.stored.approval_now, delivery.stored.movable = ELSEWHERE, False
    delivery.slack.post_failures.append(refused("is_archived"))

    await delivery.deliver.deliver([card(ELSEWHERE)])

    assert [each[0] for each in delivery.stored.did] == ["moved", "postponed"]


async def test_a_card_is_updated_until_it_shows_the_newest_version(delivery: Delivery) -> None:
    delivery.stored.rendered = deque([4, 3])

    await delivery.deliver.update_card(OPEN.id)

    assert delivery.stored.did == [("rendered", 3), ("rendered", 3), ("messages",)]
    assert delivery.slack.cards == {OPEN.id: OPEN.status}


async def test_an_approval_that_is_gone_ends_it(delivery: Delivery) -> None:
    delivery.stored.rendered = deque([None])
    delivery.stored.approval_now = None

    await delivery.deliver.update_card(OPEN.id, Review(OPEN))

    assert delivery.stored.did == [("rendered", 3)]


@pytest.mark.parametrize(
    ("saved", "reads", "messages"),
    [
        (OPEN, 0, False),
        (replace(OPEN, rules=(a_rule(""),)), 0, True),
        (replace(OPEN, card_ts=None), 1, False),
        (None, 1, True),
    ],
    ids=["as saved", "with rules", "without its place", "not saved"],
)
async def test_what_was_just_saved_is_not_read_again(
    delivery: Delivery, saved: Approval | None, reads: int, messages: bool
) -> None:
    await delivery.deliver.update_card(OPEN.id, Review(saved) if saved else None)

    assert delivery.stored.read == reads
    assert delivery.stored.did == [("rendered", 3), *([("messages",)] if messages else [])]


async def test_an_approval_without_a_card_has_none_to_update(delivery: Delivery) -> None:
    delivery.stored.approval_now = replace(OPEN, card_ts=None)

    await delivery.deliver.update_card(OPEN.id)

    assert delivery.slack.cards == {}
    assert delivery.stored.did == [("messages",)]


@pytest.mark.parametrize(
    ("error", "level"),
    [(RateLimited(1.0), "info"), (SlackUnreachable("gone"), "info"), (ValueError("broken"), "error")],
    ids=str,
)
async def test_a_card_that_cannot_be_updated_now_is_left_to_the_sweep(
    delivery: Delivery, logged: list[MutableMapping[str, Any]], error: Exception, level: str
) -> None:
    delivery.slack.refused_updates["C1"] = error

    await delivery.deliver.update_card(OPEN.id)

    assert delivery.stored.did == []
    assert [entry["log_level"] for entry in logged] == [level]


@pytest.mark.parametrize("again", [True, False])
async def test_a_card_that_was_deleted_is_posted_again_and_if_not_the_loss_is_kept(
    delivery: Delivery, again: bool
) -> None:
    delivery.slack.refused_updates["C1"] = SlackRefused("chat.update", "message_not_found")
    delivery.stored.gone = ThreadRef(team="T1", channel="C1", ts="1.0") if again else None
    delivery.stored.waiting = {("C1", "1.0"): [row("again")]}

    await delivery.deliver.update_card(OPEN.id)

    lost = ("lost", "T1", "C1", "5.0", "message_not_found")
    rest: list[Any] = (
        [("claim", "C1", "1.0"), ("posted", "again", None)] if again else [("refused", 3), ("messages",)]
    )
    assert delivery.stored.did == [lost, *rest]


async def test_without_a_record_of_lost_cards_a_deleted_one_stays_deleted() -> None:
    stored, slack = Stored(), FakeSlack()
    ports: Any = stored
    slack.refused_updates["C1"] = SlackRefused("chat.update", "message_not_found")
    sent: Any = slack
    deliver = MessageDelivery(ports, ports, sent, Counting())

    await deliver.update_card(OPEN.id)
    await deliver.deliver([card()])

    assert stored.did == [("refused", 3), ("messages",), ("posted", "card", 3)]


async def test_an_update_that_slack_refuses_for_good_is_not_tried_again(delivery: Delivery) -> None:
    delivery.slack.refused_updates["C1"] = SlackRefused("chat.update", "invalid_blocks")

    await delivery.deliver.update_card(OPEN.id)

    assert delivery.stored.did == [("refused", 3), ("messages",)]


async def test_a_version_after_the_refused_one_is_tried(delivery: Delivery) -> None:
    delivery.slack.refused_updates["C1"] = SlackRefused("chat.update", "invalid_blocks")
    delivery.stored.rendered = deque([4, 3])

    await delivery.deliver.update_card(OPEN.id)

    assert delivery.stored.did == [("refused", 3), ("refused", 3), ("messages",)]


async def test_a_card_whose_channel_was_closed_since_moves_when_it_is_updated(delivery: Delivery) -> None:
    delivery.stored.approval_now = ELSEWHERE
    delivery.slack.refused_updates["C9"] = SlackRefused("chat.update", "is_archived")

    await delivery.deliver.update_card(OPEN.id)

    assert [each[0] for each in delivery.stored.did] == ["moved", "claim", "messages"]


async def test_all_stale_cards_up_to_a_limit_are_updated(delivery: Delivery) -> None:
    assert await delivery.deliver.update_stale_cards(2) == 2
    assert delivery.stored.did.count(("rendered", 3)) == 2


async def test_a_card_is_where_somebody_pressed_its_button(delivery: Delivery) -> None:
    await delivery.deliver.card_seen(OPEN.id, "7.0")
    assert delivery.stored.did == [("seen", "7.0")]
