"""What the tables forget in time, and what they can tell of themselves."""

from dataclasses import dataclass
from datetime import datetime

from countersign.store.pool import Pool, transaction
from countersign.store.queries import QUERIES
from countersign.store.statements import fetch, run


@dataclass(frozen=True, kw_only=True)
class HaltedThread:
    thread_id: str
    graph: str | None
    reference: str
    since: datetime


class Housekeeping:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def forget_events(self) -> None:
        """Forget the events that Slack cannot repeat any more, and the posts that cannot be tried again."""
        for name in ("forget_inbox", "forget_outbox", "forget_early_replies"):
            await run(self._pool, name, {})

    async def forget_effects(self, seconds: float) -> None:
        await run(self._pool, "forget_effects", {"seconds": seconds})

    async def at_rest(self, seconds: float, limit: int) -> tuple[str, ...]:
        """Threads untouched for so long, in which nothing waits: the longest first."""
        found = await fetch(self._pool, "at_rest", {"seconds": seconds, "limit": limit})
        return tuple(row["id"] for row in found)

    async def to_compact(self, seconds: float, limit: int) -> tuple[str, ...]:
        """Threads at rest whose older checkpoints are still there."""
        found = await fetch(self._pool, "to_compact", {"seconds": seconds, "limit": limit})
        return tuple(row["id"] for row in found)

    async def compacted(self, thread_id: str) -> None:
        await run(self._pool, "compacted", {"thread_id": thread_id})

    async def forget_thread(self, thread_id: str) -> None:
        """Forget all of a thread but its ledger."""
        async with transaction(self._pool) as connection:
            for name in (
                "forget_posts_of_thread",
                "forget_inbox_of_thread",
                "forget_approvals_of_thread",
                "forget_thread",
            ):
                await connection.execute(QUERIES[name], {"thread_id": thread_id})

    async def halted(self) -> tuple[HaltedThread, ...]:
        """Threads whose last step failed or was set aside, and that wait for somebody to try again."""
        return tuple(
            HaltedThread(
                thread_id=row["id"], graph=row["graph"], reference=row["halted"], since=row["touched_at"]
            )
            for row in await fetch(self._pool, "halted", {})
        )

    async def counts(self) -> dict[str, int]:
        """How many approvals are pending and how many messages unposted."""
        return dict((await fetch(self._pool, "counts", {}))[0])

    async def check(self) -> None:
        """Raise if the database does not answer."""
        async with self._pool.connection(timeout=2.0) as connection:
            await connection.execute("SELECT 1")
