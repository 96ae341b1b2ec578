"""All that the tables know of one thread, for whoever wants to see why its cards look as they do."""

from typing import Any

from psycopg.rows import dict_row

from bot.store.pool import Pool
from bot.store.queries import QUERIES


class Records:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def graph_of(self, thread_id: str) -> str | None:
        """The name of the thread's graph; None while it has none."""
        rows = await self._rows("thread_row", thread_id)
        return rows[0]["graph"] if rows else None

    async def of_thread(self, thread_id: str) -> dict[str, list[dict[str, Any]]]:
        """Rows by what they tell: the thread, its approvals, its ledger. No rows for an unknown thread."""
        return {
            "Thread": await self._rows("thread_row", thread_id),
            "Approvals": await self._rows("thread_approvals", thread_id),
            "Ledger": await self._rows("thread_ledger", thread_id),
        }

    async def _rows(self, name: str, thread_id: str) -> list[dict[str, Any]]:
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(QUERIES[name], {"thread_id": thread_id})
            return await cursor.fetchall()
