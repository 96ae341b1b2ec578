"""Queries for operators and graph authors: health, counts, halted threads, all rows of one thread."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from countersign.approvals.json import Json
from countersign.approvals.votes.break_glass import GlassBreak
from countersign.error_translation import translates_errors
from countersign.store.approvals.break_glass import use_from
from countersign.store.connections.pool import Pool, fetch
from countersign.store.queries import QUERIES

_HEALTH_TIMEOUT = 2.0  # seconds to wait for a free connection


@dataclass(frozen=True, kw_only=True)
class HaltedThread:
    """A thread whose last step failed or was parked, and that waits for a retry."""

    thread_id: str
    graph: str | None
    error_id: str  # also in the log
    since: datetime


@dataclass(frozen=True, kw_only=True)
class WaitingQuestion:
    """An approval that is pending, or decided while the graph has not taken the answer."""

    approval_id: UUID
    thread_id: str
    graph: str | None
    node: str | None
    interrupt_id: str
    value: Json
    schema: Json
    answer_shape: Json
    status: str
    opened_at: datetime


@translates_errors
class Diagnostics:
    """Reads only; changes nothing."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def check_health(self) -> None:
        """Raise if the database does not answer."""
        async with self._pool.connection(timeout=_HEALTH_TIMEOUT) as connection:
            await connection.execute(QUERIES["health"])

    async def unreviewed_glass_breaks(self) -> tuple[GlassBreak, ...]:
        """Decisions by `break_glass` that wait for a review, the oldest first."""
        return tuple(map(use_from, await fetch(self._pool, "all_unreviewed_glass_breaks", {})))

    async def halted_threads(self) -> tuple[HaltedThread, ...]:
        """The halted threads, oldest first."""
        return tuple(
            HaltedThread(
                thread_id=row["id"], graph=row["graph"], error_id=row["halted"], since=row["touched_at"]
            )
            for row in await fetch(self._pool, "halted_threads", {})
        )

    async def waiting_questions(self) -> tuple[WaitingQuestion, ...]:
        """Every question whose answer the graph has not taken yet, oldest first.

        Also of a database that an older version of the bot uses: what it does not know is None.
        """
        try:
            rows = await fetch(self._pool, "waiting_questions", {})
        except psycopg.errors.UndefinedTable:  # no bot has used this database yet
            return ()
        return tuple(
            WaitingQuestion(
                approval_id=row["id"],
                thread_id=row["thread_id"],
                graph=row["graph_name"],
                node=row.get("node"),
                interrupt_id=row["interrupt_id"],
                value=row["value"],
                schema=row["schema"],
                answer_shape=row.get("answer_shape"),
                status=row["status"],
                opened_at=row["opened_at"],
            )
            for row in rows
        )

    async def graph_name(self, thread_id: str) -> str | None:
        """The name of the thread's graph; None while it has none."""
        rows = await fetch(self._pool, "thread_row", {"thread_id": thread_id})
        return rows[0]["graph"] if rows else None

    async def run_errors(self, thread_id: str) -> list[dict[str, Any]]:
        """The reports of what runs in this thread raised, the latest first."""
        return await fetch(self._pool, "run_errors", {"thread_id": thread_id})

    async def thread_rows(self, thread_id: str) -> dict[str, list[dict[str, Any]]]:
        """The thread's rows per table: `Thread`, `Approvals`, `Ledger`. Empty lists for an unknown thread."""
        return {
            "Thread": await fetch(self._pool, "thread_row", {"thread_id": thread_id}),
            "Approvals": await fetch(self._pool, "thread_approvals", {"thread_id": thread_id}),
            "Ledger": await fetch(self._pool, "thread_ledger", {"thread_id": thread_id}),
        }
