"""One worker per thread: a PostgreSQL session lock on a connection that the run's checkpoints go through.

Whoever holds the lock writes over the very session that holds it. If the session breaks, the lock is gone and
so is the way to write, so a worker that was presumed dead cannot run beside its successor.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg

from countersign.flow.graph_state import ThreadBusy
from countersign.store.pool import Pool

_TRY = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0)) AS held"
_RELEASE = "SELECT pg_advisory_unlock_all()"
_PAUSE = 0.05  # seconds between two tries


class Locks:
    """`pool` gives the connections that LangGraph's saver wants: autocommit, dict rows, nothing prepared."""

    def __init__(self, pool: Pool, patience: float = 2.0) -> None:
        self._pool = pool
        self._patience = patience  # seconds

    @asynccontextmanager
    async def hold(self, thread_id: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """Enter with the thread's lock. Raises ThreadBusy when somebody else holds it for too long."""
        async with self._pool.connection() as session:
            try:
                await self._take(session, thread_id)
                yield session
            finally:
                await _release(session)

    async def _take(self, session: psycopg.AsyncConnection[Any], thread_id: str) -> None:
        deadline = asyncio.get_running_loop().time() + self._patience
        while True:
            held = await (await session.execute(_TRY, (thread_id,))).fetchone()
            if held is not None and held["held"]:
                return
            if asyncio.get_running_loop().time() > deadline:
                raise ThreadBusy
            await asyncio.sleep(_PAUSE)


async def _release(session: psycopg.AsyncConnection[Any]) -> None:
    # The lock survives a rollback and the way back into the pool, where it would shut out everybody for good.
    # So a session that was stopped before it could give it back takes it to its end.
    try:
        if not session.closed:
            await session.execute(_RELEASE)
    except BaseException:
        await session.close()
        raise
