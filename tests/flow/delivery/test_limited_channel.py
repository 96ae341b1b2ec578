"""Messages that wait before they are posted: their channel's turn, or the end of somebody's quiet hours."""

from typing import Any

from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.errors import PostLimited
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.review import Review
from tests.flow.delivery.deliveries import Delivery, Stored, delivery, row
from tests.support.fakes.fake_slack import FakeSlack

__all__ = ["delivery"]


async def test_what_slack_limits_waits_without_counting_as_an_attempt(delivery: Delivery) -> None:
    delivery.slack.post_failures.append(PostLimited(7.0))

    await delivery.deliver.deliver([row("a"), row("b")])

    assert delivery.stored.did == [("untried", "a", 7.0, str(PostLimited(7.0)))]
    assert delivery.posts == []
    assert delivery.observer.counted == [("a", "postponed")]


async def test_others_of_the_channel_wait_behind_it_and_those_of_another_do_not(delivery: Delivery) -> None:
    delivery.slack.post_failures.append(PostLimited(7.0))
    await delivery.deliver.deliver([row("a")])
    delivery.stored.now = 3.0

    await delivery.deliver.deliver([row("b"), row("c")])
    await delivery.deliver.deliver([row("d", channel="C2")])

    assert delivery.stored.did[1:] == [
        ("untried", "b", 5.0, "others of this channel come first"),
        ("posted", "d", None),
    ]


async def test_what_was_posted_has_used_its_turn(delivery: Delivery) -> None:
    delivery.slack.post_failures.append(PostLimited(7.0))
    await delivery.deliver.deliver([row("a")])
    delivery.stored.now = 7.0
    await delivery.deliver.deliver([row("a")])
    await delivery.deliver.deliver([row("b")])

    await delivery.deliver.deliver([row("a")])

    assert [each[:3] for each in delivery.stored.did[-2:]] == [("untried", "b", 1.0), ("untried", "a", 2.0)]


async def test_what_quiet_hours_hold_back_is_not_posted_and_neither_is_what_is_behind_it() -> None:
    stored, slack = Stored(), FakeSlack()
    ports: Any = stored
    sent: Any = slack
    asked: list[str] = []

    class QuietHours:
        async def holds_back(self, held: Outgoing, _review: Review | None) -> bool:
            asked.append(held.key)
            return held.kind is OutgoingKind.DIRECT

    quiet: Any = QuietHours()
    deliver = MessageDelivery(ports, ports, sent, quiet_hours=quiet)

    await deliver.deliver([row("a"), row("b", OutgoingKind.DIRECT), row("c")])

    assert [each.key for each in slack.posts] == ["a"]
    assert asked == ["a", "b"]
