"""Rate limiting per channel: spaces posts to one a second once Slack has answered 429.

Slack accepts about one message a second per channel. If all waiting threads retried at the moment that Slack
named, all but one would be refused again.
"""

import time
from collections.abc import Callable

from countersign.flow.messages.outgoing import Outgoing

_APART = 1.0  # seconds
_SHORTEST = 0.1  # seconds between two attempts, whatever Slack says


class ChannelPace:
    """`clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._free_at: dict[str, float] = {}  # per limited channel: the next free time
        self._turns: dict[str, float] = {}  # of messages, by key

    def wait(self, row: Outgoing) -> float:
        """Seconds until the message's turn; 0 where the channel is not limited."""
        now = self._clock()
        turn = self._turns.get(row.key)
        if turn is None:
            free_at = self._free_at.get(row.channel)
            if free_at is None or free_at <= now:
                return 0.0
            turn = self._turns[row.key] = free_at
            self._free_at[row.channel] = free_at + _APART
        return max(turn - now, 0.0)

    def limited(self, row: Outgoing, seconds: float) -> float:
        """Slack refused the message for this long. Returns the seconds until its turn."""
        self._turns.pop(row.key, None)
        again_at = self._clock() + max(seconds, _SHORTEST)
        self._free_at[row.channel] = max(self._free_at.get(row.channel, again_at), again_at)
        return self.wait(row)

    def posted(self, row: Outgoing) -> None:
        self._turns.pop(row.key, None)
