"""Deletes what has expired: events, posts, effects, and threads that nobody has used for long."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import psycopg

from countersign.error_translation import translate_errors, translates_errors
from countersign.flow.ports.database.retention import ThreadAge, ThreadPage
from countersign.store.connections.pool import Pool, fetch, run
from countersign.store.queries import QUERIES

Session: TypeAlias = psycopg.AsyncConnection[Any]


@translates_errors
class RetentionStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def delete_expired_events(self) -> None:
        """Delete events that Slack no longer retries, posts that are no longer retried, old errors, and
        grants that ended."""
        for name in (
            "delete_expired_inbox",
            "delete_expired_outbox",
            "delete_expired_early_replies",
            "delete_expired_deletions",
            "delete_expired_run_errors",
            "delete_expired_grants",
            "delete_expired_homes",
        ):
            await run(self._pool, name, {})

    async def delete_expired_effects(self, seconds: float) -> None:
        await run(self._pool, "delete_expired_effects", {"seconds": seconds})

    async def idle_threads(self, seconds: float, after: ThreadAge, limit: int) -> ThreadPage:
        """So many threads untouched for so long, the oldest first, with those in which nothing is pending."""
        return await self._page("idle_threads", seconds, after, limit)

    async def threads_to_compact(self, seconds: float, after: ThreadAge, limit: int) -> ThreadPage:
        """The same of threads whose older checkpoints have not been deleted yet."""
        return await self._page("threads_to_compact", seconds, after, limit)

    async def _page(self, query: str, seconds: float, after: ThreadAge, limit: int) -> ThreadPage:
        arguments = {
            "seconds": seconds,
            "after_touched": after.touched_at,
            "after_id": after.thread_id,
            "limit": limit,
        }
        found = await fetch(self._pool, query, arguments)
        return ThreadPage(
            idle=tuple(row["id"] for row in found if row["is_idle"]),
            end=ThreadAge(touched_at=found[-1]["touched_at"], thread_id=found[-1]["id"]) if found else None,
        )

    async def is_idle(self, thread_id: str, seconds: float) -> bool:
        return bool(await fetch(self._pool, "is_idle", {"thread_id": thread_id, "seconds": seconds}))

    async def mark_compacted(self, thread_id: str) -> None:
        await run(self._pool, "mark_compacted", {"thread_id": thread_id})

    @asynccontextmanager
    async def deleting(self, session: Session, thread_id: str, seconds: float) -> AsyncIterator[bool]:
        """Delete all rows of an idle thread except its ledger. False: it is not idle any more, so it stays.

        The block runs in the same transaction, on the session of the thread's lock: checkpoints that are
        deleted in it go together with the rows, or not at all.
        """
        async with translate_errors(), session.transaction():
            await session.execute(QUERIES["lock_thread_row"], {"thread_id": thread_id})
            deleting = await session.execute(
                QUERIES["delete_idle_thread"], {"thread_id": thread_id, "seconds": seconds}
            )
            yield await deleting.fetchone() is not None
