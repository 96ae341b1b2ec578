"""Connections to PostgreSQL that are alive when handed out."""

import select
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from countersign.store.silence import NETWORK, Answered, watch_both_ends

Connection: TypeAlias = AsyncConnection[DictRow]
Pool: TypeAlias = AsyncConnectionPool[Connection]


async def open_pool(
    url: str,
    *,
    min_size: int = 2,
    max_size: int = 10,
    application_name: str = "countersign",
    configure: Callable[[Connection], Awaitable[None]] | None = None,
    timeout: float = 30.0,
) -> Pool:
    """A pool with `min_size` live connections, for our own SQL and for procrastinate's PsycopgConnector.

    Rows are dicts. Each connection is checked when it is handed out and replaced if it broke. `timeout` is
    how many seconds to wait for the first connections, and later for a free one: psycopg_pool.PoolTimeout
    after that.
    Close it with `async with pool` or `pool.close()`.
    """

    async def ready(connection: Connection) -> None:
        await watch_both_ends(connection)
        if configure is not None:
            await configure(connection)

    pool: Pool = AsyncConnectionPool(
        _conninfo(url, application_name),
        # No autocommit and no prepare_threshold in here: procrastinate adds its own autocommit to what it
        # LISTENs on, and its schema is many statements at once. `configure` is the place for such things.
        kwargs={"row_factory": dict_row},
        min_size=min_size,
        max_size=max_size,
        name=application_name,
        configure=ready,
        connection_class=Answered,
        check=_check,
        timeout=timeout,
        open=False,
    )
    try:
        await pool.open(wait=True, timeout=timeout)
    except BaseException:
        await pool.close()
        raise
    return pool


async def _check(connection: Connection) -> None:
    """Raise if the connection is known to be broken.

    An idle connection has nothing to read unless the server closed it or says why it will, so the server is
    asked only then. A network that fell silent is noticed by neither way: `silence` is for that.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        await AsyncConnectionPool.check_connection(connection)


async def for_statements(connection: Connection) -> None:
    """Make a pool's connection commit each statement by itself, and several only in a `transaction`.

    Statements are prepared at once: there are few of them, and each costs as much to plan as to run.
    """
    await connection.set_autocommit(True)
    connection.prepare_threshold = 0


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A connection in a transaction, committed when the block ends and rolled back when it raises.

    Statements are sent without waiting for the ones before: only a fetch waits, and an error may be raised as
    late as at the end of the block. `rowcount` is known after a fetch alone.
    """
    async with pool.connection() as connection, connection.pipeline():
        # psycopg's own transaction() waits for the server at both of its ends. These two travel with the
        # statements; after an error the server skips the COMMIT, and the pool rolls back.
        await connection.execute("BEGIN", prepare=False)
        yield connection
        await connection.execute("COMMIT", prepare=False)


async def open_session(url: str, *, application_name: str = "countersign run") -> Connection:
    """One connection outside the pool, for a session lock and for LangGraph's AsyncPostgresSaver.

    It has what the saver asks for: autocommit, rows as dicts, and statements prepared at once.
    """
    return await AsyncConnection.connect(
        _conninfo(url, application_name), autocommit=True, prepare_threshold=0, row_factory=dict_row
    )


def _conninfo(url: str, application_name: str) -> str:
    # What the operator wrote into the URL is stronger than our defaults.
    return make_conninfo("", **(NETWORK | {"application_name": application_name} | conninfo_to_dict(url)))
