"""The database's clock, used by all processes, so that differing clocks of machines do not matter.

Between two readings a monotonic clock, which also counts while the machine sleeps, advances the time.
"""

import sys
import time
from datetime import UTC, datetime, timedelta

from countersign.error_translation import translates_errors
from countersign.store.connections.pool import Pool, fetch


@translates_errors
class DatabaseClock:
    """A Clock for the flow, once `read` was called."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._read: tuple[datetime, float] | None = None

    async def read(self) -> float:
        """Ask the database. Returns how many seconds this machine's clock is ahead of it."""
        before = _elapsed()
        (row,) = await fetch(self._pool, "database_time", {})
        self._read = row["now"], (before + _elapsed()) / 2
        return (datetime.now(UTC) - self()).total_seconds()

    def __call__(self) -> datetime:
        assert self._read is not None, "it has been read"
        at, elapsed = self._read
        return at.astimezone(UTC) + timedelta(seconds=_elapsed() - elapsed)


def _elapsed() -> float:
    if sys.platform == "linux":  # its monotonic clock stops while the machine sleeps
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
