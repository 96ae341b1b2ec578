"""Rate budget of live messages, so that cards and answers always have room in Slack's limits.

Slack counts per method and workspace (docs.slack.dev/apis/web-api/rate-limits): `chat.startStream` and
`chat.stopStream` 20 a minute and more, `chat.appendStream` 100, `chat.update` 50, and one post a second in a
channel. Every stream that begins has to end, so the streams that are open count as well.
"""

import time
from collections import defaultdict, deque
from collections.abc import Callable

from countersign.flow.errors import RateLimited

_MINUTE = 60.0
MAX_STARTS = 10  # a minute, and open at once: together at most 20 ends a minute
MAX_APPENDS = 80  # a minute
MAX_UPDATES = 20  # a minute; cards have the rest
_STARTS_PER_CHANNEL = 1  # a second


class RateBudget:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._open: set[str] = set()

    def start(self, key: str, channel: str) -> None:
        """Reserve the calls of the stream with this key. Raises RateLimited."""
        if len(self._open) >= MAX_STARTS:
            raise RateLimited(1.0)
        self._check(f"start in {channel}", _STARTS_PER_CHANNEL, 1.0)
        self._check("start", MAX_STARTS, _MINUTE)
        self._take(f"start in {channel}")
        self._take("start")
        self._open.add(key)

    def append(self) -> None:
        """Raises RateLimited."""
        self._check("append", MAX_APPENDS, _MINUTE)
        self._take("append")

    def update(self) -> None:
        """Raises RateLimited."""
        self._check("update", MAX_UPDATES, _MINUTE)
        self._take("update")

    def ended(self, key: str) -> None:
        self._open.discard(key)

    def _check(self, name: str, most: int, seconds: float) -> None:
        calls, now = self._calls[name], self._clock()
        while calls and calls[0] <= now - seconds:
            calls.popleft()
        if len(calls) >= most:
            raise RateLimited(calls[0] + seconds - now)

    def _take(self, name: str) -> None:
        self._calls[name].append(self._clock())
