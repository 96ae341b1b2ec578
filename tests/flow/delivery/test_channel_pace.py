"""Posts in a channel that Slack limits take turns."""

from dataclasses import dataclass

from countersign.flow.delivery.channel_pace import ChannelPace
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def row(key: str, channel: str = "C1") -> Outgoing:
    return Outgoing(key=key, kind=OutgoingKind.NOTE, team="T1", channel=channel, thread_ts="1.0")


def test_a_channel_that_is_not_limited_is_not_slowed_down() -> None:
    pace = ChannelPace(Clock())

    assert [pace.wait(row(key)) for key in "abc"] == [0, 0, 0]


def test_a_channel_is_free_again_from_the_moment_that_slack_named() -> None:
    clock = Clock()
    pace = ChannelPace(clock)
    pace.limited(row("a"), 2.0)
    pace.posted(row("a"))

    clock.now += 3.0

    assert [pace.wait(row(key)) for key in "bcd"] == [0, 0, 0]


def test_without_a_time_from_slack_it_is_tried_again_soon_but_not_at_once() -> None:
    assert ChannelPace(Clock(now=0.0)).limited(row("a"), 0.0) == 0.1


def test_a_message_that_was_posted_has_no_turn_any_more() -> None:
    """Or a message that is posted again, under the same key, would wait for a turn of long ago."""
    pace = ChannelPace(Clock())
    pace.limited(row("a"), 2.0)
    assert pace.wait(row("b")) == 3.0

    pace.posted(row("b"))

    assert pace.wait(row("b")) == 4.0


def test_each_message_gets_a_turn_of_its_own_and_keeps_it() -> None:
    clock = Clock()
    pace = ChannelPace(clock)

    assert pace.limited(row("a"), 2.0) == 2.0
    assert pace.wait(row("b")) == 3.0
    assert pace.wait(row("c")) == 4.0
    assert pace.wait(row("d", "C2")) == 0
    clock.now += 3.0
    assert [pace.wait(row(key)) for key in "abc"] == [0, 0, 1.0]
    pace.posted(row("a"))
    assert pace.limited(row("b"), 5.0) == 5.0
    clock.now += 60.0
    assert [pace.wait(row(key)) for key in "bce"] == [0, 0, 0]
