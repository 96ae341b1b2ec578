"""Connection pools: their connections are checked before they are handed out."""

import asyncio
import select
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Self, TypeAlias

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from countersign.approvals.errors import CountersignError
from countersign.encryption import KeyRing
from countersign.store.connections.address import Address, DatabaseAddress
from countersign.store.connections.connection_watchdog import TCP_OPTIONS, WatchedConnection
from countersign.store.encryption.connection import protect
from countersign.store.queries import QUERIES

_TOO_FEW = (
    "The database did not give the connections that a start needs ({reason}). Raise max_connections, or the"
    " limit of this role or database; `countersign doctor` says how many there are."
)
STORE_CONNECTIONS = 4  # at most, per process, for LangGraph's store

Connection: TypeAlias = AsyncConnection[DictRow]
Pool: TypeAlias = AsyncConnectionPool[Connection]


class DatabaseError(CountersignError):
    """The database cannot be used."""


async def open_pool(
    url: Address,
    *,
    min_size: int = 2,
    max_size: int = 10,
    application_name: str = "countersign",
    configure: Callable[[Connection], Awaitable[None]] | None = None,
    timeout: float = 30.0,
    key_ring: KeyRing | None = None,
) -> Pool:
    """A pool with `min_size` live connections, for our own SQL and for procrastinate's PsycopgConnector.

    Rows are dicts, and what `key_ring` encrypted in them is decrypted. A connection that broke is
    replaced when it is handed out. `timeout` is how many seconds
    to wait for the first connections, and later for a free one; psycopg_pool.PoolTimeout after that. Close
    it with `async with pool` or `pool.close()`. Raises DatabaseError without the first connections.
    """

    async def prepare(connection: Connection) -> None:
        await _configure_session(connection)
        protect(connection, key_ring)
        if configure is not None:
            await configure(connection)

    async def conninfo() -> str:  # called for each connection: a password may be short-lived
        return await _conninfo(url, application_name)

    refused: list[psycopg.Error] = []  # the pool does not report these

    class NotedConnection(WatchedConnection):
        @classmethod
        async def connect(cls, *args: Any, **options: Any) -> Self:
            try:
                return await super().connect(*args, **options)
            except psycopg.Error as error:
                refused[:] = [error]
                raise

    pool: Pool = AsyncConnectionPool(
        conninfo,
        # autocommit and prepare_threshold belong into `configure`: procrastinate passes an autocommit of its
        # own for its LISTEN connection, and applies its schema as many statements at once.
        kwargs={"row_factory": dict_row},
        min_size=min_size,
        max_size=max_size,
        name=application_name,
        configure=prepare,
        connection_class=NotedConnection,
        check=_check,
        timeout=timeout,
        open=False,
    )
    try:
        await pool.open(wait=True, timeout=timeout)
    except PoolTimeout as error:
        reason = _reason(refused[-1]) if refused else "it is slow"
        raise DatabaseError(_TOO_FEW.format(reason=reason)) from error
    except BaseException:
        await pool.close()
        raise
    return pool


def _reason(error: psycopg.Error) -> str:
    """PostgreSQL's own words, if it said any, else libpq's."""
    lines = [line.strip() for line in str(error).splitlines()] or [type(error).__name__]
    return next((line for line in lines if "FATAL" in line), lines[0])


async def _configure_session(connection: Connection) -> None:
    before = connection.autocommit
    await connection.set_autocommit(True)
    await connection.execute(QUERIES["configure_session"])
    await connection.set_autocommit(before)


async def _check(connection: Connection) -> None:
    """Raise if the connection is known to be broken.

    An idle connection has nothing to read unless the server closed it or announces that it will, so only then
    a round trip is made. Silent packet loss is detected by `connection_watchdog`, not here.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        await AsyncConnectionPool.check_connection(connection)


async def configure_for_statements(connection: Connection) -> None:
    """Set a pool's connection to autocommit; several statements are one only in a `transaction`.

    Statements are prepared at first use: there are few of them, and planning one costs as much as running it.
    """
    await connection.set_autocommit(True)
    connection.prepare_threshold = 0


async def configure_for_checkpoints(connection: Connection) -> None:
    """Set a pool's connection up as LangGraph's saver needs it."""
    await connection.set_autocommit(True)
    connection.prepare_threshold = 0


@asynccontextmanager
async def open_session_pool(url: Address, max_size: int) -> AsyncIterator[Pool]:
    """A pool of sessions for runs: each holds a thread's lock and takes the run's checkpoints."""
    pool = await open_pool(
        url, max_size=max_size, application_name="countersign run", configure=configure_for_checkpoints
    )
    async with pool:
        yield pool


@asynccontextmanager
async def open_store_pool(url: Address) -> AsyncIterator[Pool]:
    """A pool for LangGraph's store, which graphs may never use: it has no connection until then."""
    pool = await open_pool(
        url,
        min_size=0,
        max_size=STORE_CONNECTIONS,
        application_name="countersign store",
        configure=configure_for_checkpoints,
    )
    async with pool:
        yield pool


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A connection in a transaction, committed when the block ends and rolled back when it raises.

    Pipelined: statements are sent without waiting for the ones before. Only a fetch waits; an error may be
    raised as late as at the end of the block, and `rowcount` is known only after a fetch.
    """
    async with pool.connection() as connection, connection.pipeline():
        await connection.execute(QUERIES["begin_transaction"], prepare=False)
        yield connection
        await connection.execute(QUERIES["commit_transaction"], prepare=False)


async def run(pool: Pool, name: str, arguments: dict[str, Any]) -> None:
    """Execute a named query on a connection of the pool."""
    async with pool.connection() as connection:
        await connection.execute(QUERIES[name], arguments)


async def fetch(pool: Pool, name: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """Execute a named query and return all of its rows as dicts."""
    async with pool.connection() as connection, connection.cursor() as cursor:
        await cursor.execute(QUERIES[name], arguments)
        return await cursor.fetchall()


async def fetch_one(pool: Pool, name: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
    """Execute a named query that finds at most one row, and return it as a dict."""
    found = await fetch(pool, name, arguments)
    return found[0] if found else None


async def open_session(url: Address, *, application_name: str = "countersign run") -> Connection:
    """One connection outside the pool, for a session lock and for LangGraph's AsyncPostgresSaver.

    It has what the saver asks for: autocommit, rows as dicts, and statements prepared at once.
    """
    return await AsyncConnection.connect(
        await _conninfo(url, application_name), autocommit=True, prepare_threshold=0, row_factory=dict_row
    )


async def _conninfo(address: Address, application_name: str) -> str:
    url = address.url if isinstance(address, DatabaseAddress) else address
    # What the operator wrote into the URL overrides our defaults.
    given = TCP_OPTIONS | {"application_name": application_name} | conninfo_to_dict(url)
    if isinstance(address, DatabaseAddress):
        given["password"] = await asyncio.to_thread(address.password_command.password)
    return make_conninfo("", **given)
