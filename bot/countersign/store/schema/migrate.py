"""Schema migrations: our tables, procrastinate's and LangGraph's.

Ours are the files `migrations/NNNN_name.sql`. Each is applied once, in order, in a transaction of its own. An
applied file is never edited: a change is a new file. Which versions of the bot run on which tables is in
`compatibility`.

Procrastinate's tables come from its schema file; its own migration files that the database has not seen are
applied after an upgrade.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import structlog
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.store.postgres.aio import AsyncPostgresStore
from procrastinate.schema import SchemaManager
from psycopg import sql

from countersign import __version__
from countersign.store.connections.address import Address
from countersign.store.connections.pool import Connection, open_session
from countersign.store.queries import QUERIES
from countersign.store.schema.compatibility import (
    AppliedMigration,
    Migration,
    MigrationError,
    check_history,
    check_numbers,
    queue_migrations,
    read_migrations,
)

__all__ = ["MIGRATIONS", "MigrationError", "lock_migrations", "migrate", "migration_state"]

MIGRATIONS = Path(__file__).parents[1] / "migrations"
# The advisory lock's key, the same for every replica; advisory locks are per database.
LOCK = 7_261_893_510
LOCK_SECONDS = 300.0
_NOT_THE_OWNER = (
    "The database's tables are not up to date, and the role {role} may not change them. Run"
    " `countersign migrate` as the role that owns them."
)
_VERSION_TABLES = """
SELECT to_regclass('countersign_migrations') IS NOT NULL AND to_regclass('checkpoint_migrations') IS NOT NULL
   AND to_regclass('store_migrations') IS NOT NULL AS there
"""
_RECORD_TABLE = """
CREATE TABLE IF NOT EXISTS countersign_migrations (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE countersign_migrations ADD COLUMN IF NOT EXISTS oldest_version text
"""
# A table that another process created a moment ago is still empty: below LangGraph's first version, 0.
_LANGGRAPH_VERSIONS = """
SELECT (SELECT coalesce(max(v), -1) FROM checkpoint_migrations) AS checkpoints,
       (SELECT coalesce(max(v), -1) FROM store_migrations) AS store
"""


_NO_RIGHTS = (
    "The role {role} may not use these tables: {names}. Run `countersign migrate --grant-to {role}` with the "
    "DATABASE_URL of the role that owns them, as with each upgrade."
)
# Columns that older tables lack are read through JSON.
_RECORD = """
SELECT name, checksum, to_jsonb(m) ->> 'oldest_version' AS oldest_version FROM countersign_migrations m
"""
_ALIVE = "SELECT DISTINCT version FROM countersign.processes WHERE seen_at > now() - interval '60 s'"
log = structlog.get_logger()


async def migrate(url: Address, *, folder: Path = MIGRATIONS, version: str = __version__) -> tuple[str, ...]:
    """Apply the missing migrations and return their names, in order.

    Concurrent calls are safe: one process migrates, the others wait. Migrations that a newer version of the
    bot applied are left as they are, and one that older processes could not run with waits for their end.
    Raises MigrationError if `version` cannot run on these tables, an applied file was edited since, or
    something is missing that this role may not change.
    """
    own = read_migrations(folder)
    check_numbers(own)
    steps = (*queue_migrations(Path(SchemaManager.get_migrations_path())), *own)
    connection = await open_session(url, application_name="countersign migrate")
    async with connection:
        if await _is_up_to_date(connection, steps, version):
            await _require_rights(connection, steps)
            return ()
        try:
            return await _migrate(connection, steps, version)
        except psycopg.errors.InsufficientPrivilege:
            if await _runs_without_the_rest(connection, steps):
                await _require_rights(connection, steps)
                return ()
            raise MigrationError(_NOT_THE_OWNER.format(role=connection.info.user)) from None


async def _is_up_to_date(connection: Connection, steps: Sequence[Migration], version: str) -> bool:
    """Whether nothing is to be done, without a lock and without the right to change tables."""
    cursor = await connection.execute(_VERSION_TABLES)
    row = await cursor.fetchone()
    if row is None or not row["there"]:
        return False
    applied = await _recorded(connection)
    if newer := check_history(steps, applied, version):
        log.warning("tables_are_newer", version=version, migrations=list(newer))
    missing = [step for step in steps if step.name not in applied]
    if any(not step.contracts for step in missing):
        return False
    if missing and len(await _deferred(connection, missing, version)) < len(missing):
        return False
    return await _has_langgraph_tables(connection)


async def _require_rights(connection: Connection, steps: Sequence[Migration]) -> None:
    """Raise MigrationError if tables are there that this role may not use.

    A newer version's tables are not looked at: this version goes on without them.
    """
    if set(await _recorded(connection)) - {step.name for step in steps}:
        return
    rows = await (await connection.execute(QUERIES["examine_rights"], {})).fetchall()
    if rows:
        names = ", ".join(row["name"] for row in rows)
        raise MigrationError(_NO_RIGHTS.format(role=connection.info.user, names=names))


async def _has_langgraph_tables(connection: Connection) -> bool:
    """LangGraph's migrations only add, so a newer version's are enough."""
    cursor = await connection.execute(_LANGGRAPH_VERSIONS)
    versions = await cursor.fetchone()
    return (
        versions is not None
        and versions["checkpoints"] >= len(AsyncPostgresSaver.MIGRATIONS) - 1
        and versions["store"] >= len(AsyncPostgresStore.MIGRATIONS) - 1
    )


async def _runs_without_the_rest(connection: Connection, steps: Sequence[Migration]) -> bool:
    """Whether all that is missing takes away what this version does not use."""
    applied = await _recorded(connection)
    missing = [step for step in steps if step.name not in applied]
    return all(step.contracts for step in missing) and await _has_langgraph_tables(connection)


async def _migrate(connection: Connection, steps: Sequence[Migration], version: str) -> tuple[str, ...]:
    await lock_migrations(connection)
    applied = await _applied(connection)
    check_history(steps, applied, version)
    # Ours come after procrastinate's: one of ours creates a trigger on its table.
    done = [] if any("/" in name for name in applied) else await _create_queue(connection, steps)
    missing = [step for step in steps if step.name not in applied and not (done and "/" in step.name)]
    deferred = await _deferred(connection, missing, version)
    for step in missing:
        if step.name in deferred:
            log.warning("migration_deferred", migration=step.name, until_these_end=deferred[step.name])
        else:
            done.append(await _apply(connection, step))
    # They build indexes concurrently, so not in a transaction; each has a version table of its own.
    await AsyncPostgresSaver(connection).setup()
    await AsyncPostgresStore(connection).setup()
    # The lock is released with the connection.
    return tuple(done)


async def _deferred(
    connection: Connection, missing: Sequence[Migration], version: str
) -> dict[str, list[str]]:
    """Which of these take away what processes that are alive use, with the versions of those processes."""
    cursor = await connection.execute("SELECT to_regclass('countersign.processes') IS NOT NULL AS there")
    row = await cursor.fetchone()
    if not row or not row["there"]:
        return {}
    alive = [row["version"] async for row in await connection.execute(_ALIVE)]
    found = {
        step.name: [
            other for other in alive if (not step.suits(other) if step.oldest_version else other != version)
        ]
        for step in missing
        if step.contracts
    }
    return {name: versions for name, versions in found.items() if versions}


@dataclass(frozen=True, kw_only=True)
class MigrationState:
    """Our migrations that a database has not seen, and those that only a newer version has: their names."""

    pending: tuple[str, ...]
    newer: tuple[str, ...]


async def migration_state(
    connection: Connection, *, folder: Path = MIGRATIONS, version: str = __version__
) -> MigrationState:
    """How far the tables are. Changes nothing.

    Raises MigrationError if `version` cannot run on these tables, or an applied file was edited since.
    """
    own = read_migrations(folder)
    cursor = await connection.execute("SELECT to_regclass('countersign_migrations') IS NOT NULL AS there")
    row = await cursor.fetchone()
    applied = await _recorded(connection) if row and row["there"] else {}
    newer = check_history(own, {name: applied[name] for name in applied if "/" not in name}, version)
    return MigrationState(pending=tuple(step.name for step in own if step.name not in applied), newer=newer)


async def lock_migrations(connection: Connection) -> None:
    """Wait until no other process changes the tables. The lock is held until the connection closes.

    Raises MigrationError after a while.
    """
    # Polled, never a blocking lock: LangGraph's CREATE INDEX CONCURRENTLY waits for every running statement,
    # including one that waits for this lock, which would be a deadlock.
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        cursor = await connection.execute("SELECT pg_try_advisory_lock(%s) AS mine", (LOCK,))
        row = await cursor.fetchone()
        if row and row["mine"]:
            return
        if time.monotonic() > deadline:
            raise MigrationError(
                f"Another process has been changing this database's tables for {LOCK_SECONDS:.0f} s. Look for"
                " `countersign migrate` in pg_stat_activity."
            )
        await asyncio.sleep(0.1)


async def _applied(connection: Connection) -> dict[str, AppliedMigration]:
    await connection.execute(_RECORD_TABLE, prepare=False)
    return await _recorded(connection)


async def _recorded(connection: Connection) -> dict[str, AppliedMigration]:
    cursor = await connection.execute(_RECORD)
    return {
        row["name"]: AppliedMigration(checksum=row["checksum"], oldest_version=row["oldest_version"])
        async for row in cursor
    }


async def _apply(connection: Connection, step: Migration) -> str:
    async with connection.transaction():
        # Several statements in one string cannot be prepared.
        await connection.execute(step.statements, prepare=False)
        await _record(connection, step)
    return step.name


async def _record(connection: Connection, step: Migration) -> None:
    await connection.execute(
        "INSERT INTO countersign_migrations (name, checksum, oldest_version) VALUES (%s, %s, %s)",
        (step.name, step.checksum, step.oldest_version),
    )


async def _create_queue(connection: Connection, steps: Sequence[Migration]) -> list[str]:
    """Procrastinate's tables. Its schema file includes all of its migrations."""
    async with connection.transaction():
        await connection.execute(sql.SQL(SchemaManager.get_schema()), prepare=False)
        for step in steps:
            if "/" in step.name:
                await _record(connection, step)
    return ["procrastinate"]
