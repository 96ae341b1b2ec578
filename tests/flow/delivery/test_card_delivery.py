"""What becomes of each card to be updated, by what Slack answers."""

from collections import deque
from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals.approval import Approval
from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from tests.approvals.policy.policies import a_rule
from tests.flow.delivery.deliveries import OPEN, Counting, Delivery, Stored, card, delivery, row
from tests.support.fakes.fake_slack import FakeSlack

__all__ = ["delivery"]

ELSEWHERE = replace(OPEN, posted_to="C9")


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
