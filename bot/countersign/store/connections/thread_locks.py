"""One worker per thread: a PostgreSQL session lock, held by the connection that the run's checkpoints use.

The holder writes its checkpoints through the very session that holds the lock. If that session breaks, the
lock and the way to write are both gone, so a worker that was presumed dead cannot run beside its successor.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import psycopg

from countersign.error_translation import translate_errors
from countersign.flow.errors import ThreadBusy
from countersign.store.connections.pool import Pool
from countersign.store.queries import QUERIES

_RETRY_INTERVAL = 0.05  # seconds between two attempts


class ThreadLocks:
    """`pool` gives connections as LangGraph's saver wants them: autocommit, dict rows, nothing prepared.

    `timeout` is how many seconds to wait for a lock that another worker holds.
    """

    def __init__(self, pool: Pool, timeout: float = 2.0) -> None:
        self._pool = pool
        self._timeout = timeout

    @asynccontextmanager
    async def hold(self, thread_id: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """Hold the thread's lock for the block. Raises ThreadBusy after the timeout, DatabaseUnavailable."""
        async with AsyncExitStack() as stack:
            async with translate_errors():
                session = await stack.enter_async_context(self._pool.connection())
                stack.push_async_callback(_release, session)
                await self._acquire(session, thread_id)
            yield session

    async def _acquire(self, session: psycopg.AsyncConnection[Any], thread_id: str) -> None:
        deadline = asyncio.get_running_loop().time() + self._timeout
        while True:
            cursor = await session.execute(QUERIES["try_thread_lock"], {"thread_id": thread_id})
            row = await cursor.fetchone()
            if row is not None and row["held"]:
                return
            if asyncio.get_running_loop().time() > deadline:
                raise ThreadBusy
            await asyncio.sleep(_RETRY_INTERVAL)


async def _release(session: psycopg.AsyncConnection[Any]) -> None:
    # A session lock survives a rollback and the return to the pool, where it would block everybody else.
    # So a session that cannot release its lock is closed.
    try:
        if not session.closed:
            await session.execute(QUERIES["release_thread_locks"])
    except psycopg.Error:  # the lock is released with the session
        await session.close()
    except BaseException:
        await session.close()
        raise
