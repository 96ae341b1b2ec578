"""What PostgreSQL says of itself, of this role and of the tables, for `doctor`. Changes nothing."""

import asyncio
from dataclasses import dataclass

from psycopg import sql

from countersign.store.connections.address import Address
from countersign.store.connections.pool import Connection, open_session
from countersign.store.queries import QUERIES
from countersign.store.schema.migrate import MigrationState, migration_state

_NOTIFICATION_TIMEOUT = 3.0  # seconds
_CHANNEL = sql.Identifier("countersign_doctor")


@dataclass(frozen=True, kw_only=True)
class DatabaseExamination:
    """`unusable` are tables that this role may not read or not write to.

    `free_connections`: how many more this role may open beside those of other programs. `notifies`: whether a
    NOTIFY reaches a session that listens, which it does not through a pooler in transaction mode.
    """

    version_number: int
    version: str
    now: float  # seconds since the epoch
    standby: bool
    role: str
    may_create: bool
    free_connections: int
    pending: tuple[str, ...]  # migrations, and those that only a newer version has:
    newer: tuple[str, ...]
    unusable: tuple[str, ...]
    notifies: bool


async def examine_database(url: Address) -> DatabaseExamination:
    """Raises MigrationError for tables of another version of the bot, and psycopg.Error."""
    connection = await open_session(url, application_name="countersign doctor")
    async with connection:
        server = await (await connection.execute(QUERIES["examine_server"], {})).fetchone()
        assert server is not None
        rows = await (await connection.execute(QUERIES["examine_rights"], {})).fetchall()
        unusable = tuple(row["name"] for row in rows)
        known = "public.countersign_migrations" not in unusable
        migrations = await migration_state(connection) if known else MigrationState(pending=(), newer=())
        limits = (server["max_connections"], server["role_limit"], server["database_limit"])
        return DatabaseExamination(
            version_number=server["version_number"],
            version=server["version"],
            now=server["now"],
            standby=server["standby"],
            role=server["role"],
            may_create=server["may_create"],
            free_connections=min(limit for limit in limits if limit is not None) - server["others"],
            pending=migrations.pending,
            newer=migrations.newer,
            unusable=unusable,
            notifies=await _notifies(url, connection),
        )


async def _notifies(url: Address, listener: Connection) -> bool:
    await listener.execute(sql.SQL("LISTEN {}").format(_CHANNEL))
    async with await open_session(url, application_name="countersign doctor") as sender:
        await sender.execute(sql.SQL("NOTIFY {}").format(_CHANNEL))
    try:
        async with asyncio.timeout(_NOTIFICATION_TIMEOUT):
            async for _ in listener.notifies():
                return True
    except TimeoutError:
        pass
    return False
