"""Rate limit of the installation pages: they are public, and each request writes a row.

The limit is for all browsers together, since behind a proxy all have one address. It is so low that
nobody can push the `state` of another installation out of the database before it expires.
"""

import time
from collections.abc import Callable

PER_SECOND = 5.0
BURST = 50


class RateLimit:
    """A token bucket."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens = float(BURST)
        self._filled_at = clock()

    def allows(self) -> bool:
        """Whether there is room for one more request now; it counts if so."""
        now = self._clock()
        self._tokens = min(BURST, self._tokens + (now - self._filled_at) * PER_SECOND)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
