"""The workspace's one clock: what time it is, and message timestamps that never repeat."""

import time


class Clock:
    """Wall-clock time that tests and the page can move forward.

    `ts()` gives Slack's `seconds.microseconds` ids, strictly increasing over the workspace's life,
    so that they sort as strings and identify a message within its channel.
    """

    def __init__(self) -> None:
        self._ahead = 0.0
        self._last_micros = 0

    def now(self) -> float:
        """Seconds since the epoch, including everything the clock was moved forward by."""
        return time.time() + self._ahead

    @property
    def ahead(self) -> float:
        """Seconds that this clock runs ahead of the machine's."""
        return self._ahead

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once: triggers expire and response URLs age accordingly."""
        if seconds < 0:
            raise ValueError("the clock only runs forward")
        self._ahead += seconds

    def ts(self) -> str:
        """A new, unique, increasing message timestamp."""
        micros = max(int(self.now() * 1_000_000), self._last_micros + 1)
        self._last_micros = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def advance_past(self, ts: str) -> None:
        """Never hand out a timestamp at or before `ts` (used when a saved state is loaded)."""
        seconds, _, micros = ts.partition(".")
        self._last_micros = max(self._last_micros, int(seconds) * 1_000_000 + int(micros or 0))
