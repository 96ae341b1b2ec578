"""All that the tables know of one thread, for whoever wants to see why its cards look as they do."""

from typing import Any

from countersign.store.pool import Pool
from countersign.store.statements import fetch


class Records:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def graph_of(self, thread_id: str) -> str | None:
        """The name of the thread's graph; None while it has none."""
        rows = await fetch(self._pool, "thread_row", {"thread_id": thread_id})
        return rows[0]["graph"] if rows else None

    async def of_thread(self, thread_id: str) -> dict[str, list[dict[str, Any]]]:
        """Rows by what they tell: the thread, its approvals, its ledger. No rows for an unknown thread."""
        return {
            "Thread": await fetch(self._pool, "thread_row", {"thread_id": thread_id}),
            "Approvals": await fetch(self._pool, "thread_approvals", {"thread_id": thread_id}),
            "Ledger": await fetch(self._pool, "thread_ledger", {"thread_id": thread_id}),
        }
