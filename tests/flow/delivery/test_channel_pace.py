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
