"""What operators and graph authors may look up: health, counts, halted threads, all rows of one thread."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from countersign.error_translation import translates_errors
from countersign.store.pool import Pool, fetch
from countersign.store.queries import QUERIES

_HEALTH_TIMEOUT = 2.0  # seconds to wait for a free connection


@dataclass(frozen=True, kw_only=True)
class HaltedThread:
    """A thread whose last step failed or was set aside, and that waits for a retry."""

    thread_id: str
    graph: str | None
    error_id: str  # also in the log
    since: datetime


@translates_errors
class Diagnostics:
    """Reads only; changes nothing."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def check_health(self) -> None:
        """Raise if the database does not answer."""
        async with self._pool.connection(timeout=_HEALTH_TIMEOUT) as connection:
            await connection.execute(QUERIES["health"])

    async def counts(self) -> dict[str, int]:
        """The gauges: `pending` approvals and `unposted` messages."""
        return dict((await fetch(self._pool, "pending_counts", {}))[0])

    async def halted_threads(self) -> tuple[HaltedThread, ...]:
        """The halted threads, oldest first."""
        return tuple(
            HaltedThread(
                thread_id=row["id"], graph=row["graph"], error_id=row["halted"], since=row["touched_at"]
            )
            for row in await fetch(self._pool, "halted_threads", {})
        )

    async def graph_name(self, thread_id: str) -> str | None:
        """The name of the thread's graph; None while it has none."""
        rows = await fetch(self._pool, "thread_row", {"thread_id": thread_id})
        return rows[0]["graph"] if rows else None

    async def thread_rows(self, thread_id: str) -> dict[str, list[dict[str, Any]]]:
        """The thread's rows per table: `Thread`, `Approvals`, `Ledger`. Empty lists for an unknown thread."""
        return {
            "Thread": await fetch(self._pool, "thread_row", {"thread_id": thread_id}),
            "Approvals": await fetch(self._pool, "thread_approvals", {"thread_id": thread_id}),
            "Ledger": await fetch(self._pool, "thread_ledger", {"thread_id": thread_id}),
        }
