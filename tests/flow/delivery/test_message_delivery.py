"""What becomes of each message to be posted, and of each card to be updated, by what Slack answers."""

from dataclasses import replace

import pytest

from countersign.approvals.approval import Approval
from countersign.flow.errors import RateLimited, SlackUnreachable
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from tests.flow.delivery.deliveries import OPEN, Delivery, card, delivery, row
from tests.support.fakes.fake_slack import refused

__all__ = ["delivery"]

ELSEWHERE = replace(OPEN, posted_to="C9")


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
    delivery.stored.moments, delivery.stored.now = [100.0, 108.0], 108.1

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
