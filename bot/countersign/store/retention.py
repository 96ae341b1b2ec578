"""Deletes what has expired: events, posts, effects, and threads that nobody has used for long."""

from countersign.store.pool import Pool, fetch, run, transaction
from countersign.store.queries import QUERIES


class RetentionStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def delete_expired_events(self) -> None:
        """Delete the events that Slack no longer retries, and the posts that are no longer retried."""
        for name in ("delete_expired_inbox", "delete_expired_outbox", "delete_expired_early_replies"):
            await run(self._pool, name, {})

    async def delete_expired_effects(self, seconds: float) -> None:
        await run(self._pool, "delete_expired_effects", {"seconds": seconds})

    async def idle_threads(self, seconds: float, limit: int) -> tuple[str, ...]:
        """Ids of threads untouched for so long in which nothing is pending, the oldest first."""
        found = await fetch(self._pool, "idle_threads", {"seconds": seconds, "limit": limit})
        return tuple(row["id"] for row in found)

    async def threads_to_compact(self, seconds: float, limit: int) -> tuple[str, ...]:
        """Ids of idle threads whose older checkpoints have not been deleted yet."""
        found = await fetch(self._pool, "threads_to_compact", {"seconds": seconds, "limit": limit})
        return tuple(row["id"] for row in found)

    async def mark_compacted(self, thread_id: str) -> None:
        await run(self._pool, "mark_compacted", {"thread_id": thread_id})

    async def delete_thread(self, thread_id: str) -> None:
        """Delete all rows of a thread except its ledger."""
        async with transaction(self._pool) as connection:
            for name in (
                "delete_outbox_of_thread",
                "delete_inbox_of_thread",
                "delete_approvals_of_thread",
                "delete_thread",
            ):
                await connection.execute(QUERIES[name], {"thread_id": thread_id})
