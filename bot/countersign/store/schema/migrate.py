"""Schema migrations: our tables, procrastinate's and LangGraph's.

Ours are the files `migrations/NNNN_name.sql`. Each is applied once, in order, in a transaction of its own. An
applied file is never edited: a change is a new file.

Procrastinate's tables come from its schema file; its own migration files that the database has not seen are
applied after an upgrade. Procrastinate splits those into `pre` (before new code runs) and `post` (after old
code is gone). Both run here at once, so such an upgrade stops the old replicas before it starts the new ones,
and its release notes must say so.
"""

import asyncio
import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.store.postgres.aio import AsyncPostgresStore
from procrastinate.schema import SchemaManager
from psycopg import sql

from countersign.approvals.errors import CountersignError
from countersign.store.connections.address import Address
from countersign.store.connections.pool import Connection, open_session

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
_LANGGRAPH_VERSIONS = """
SELECT (SELECT max(v) FROM checkpoint_migrations) AS checkpoints,
       (SELECT max(v) FROM store_migrations) AS store
"""


class MigrationError(CountersignError):
    """The database cannot be migrated; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Migration:
    """One migration file. Its name is its identity and never changes."""

    name: str
    statements: bytes
    checksum: str


def read_migrations(folder: Path, *, prefix: str = "") -> tuple[Migration, ...]:
    """The folder's `.sql` files in the order of their names, which begin with `prefix` in the record."""
    return tuple(
        Migration(
            name=prefix + file.stem,
            statements=(statements := file.read_bytes()),
            checksum=hashlib.sha256(statements).hexdigest(),
        )
        for file in sorted(folder.glob("*.sql"))
    )


async def migrate(url: Address, *, folder: Path = MIGRATIONS) -> tuple[str, ...]:
    """Apply the missing migrations and return their names, in order.

    Concurrent calls are safe: one process migrates, the others wait. Raises MigrationError if the database
    was migrated by a newer version of the bot, an applied file was edited since, or something is missing that
    this role may not change.
    """
    own = read_migrations(folder)
    _check_numbers(own)
    connection = await open_session(url, application_name="countersign migrate")
    async with connection:
        if await _is_up_to_date(connection, own):
            return ()
        try:
            return await _migrate(connection, own)
        except psycopg.errors.InsufficientPrivilege:
            raise MigrationError(_NOT_THE_OWNER.format(role=connection.info.user)) from None


async def _is_up_to_date(connection: Connection, own: tuple[Migration, ...]) -> bool:
    """Whether nothing is to be done, without a lock and without the right to change tables."""
    cursor = await connection.execute(_VERSION_TABLES)
    row = await cursor.fetchone()
    if row is None or not row["there"]:
        return False
    applied = await _recorded(connection)
    _check_history(own, {name: applied[name] for name in applied if "/" not in name})
    steps = read_migrations(Path(SchemaManager.get_migrations_path()), prefix="procrastinate/")
    expected = {step.name for step in (*own, *steps)}
    if applied.keys() != expected:  # with more than that, it was changed by a newer version
        return False
    cursor = await connection.execute(_LANGGRAPH_VERSIONS)
    versions = await cursor.fetchone()
    latest = (len(AsyncPostgresSaver.MIGRATIONS) - 1, len(AsyncPostgresStore.MIGRATIONS) - 1)
    return versions is not None and (versions["checkpoints"], versions["store"]) == latest


async def _migrate(connection: Connection, own: tuple[Migration, ...]) -> tuple[str, ...]:
    await lock_migrations(connection)
    applied = await _applied(connection)
    _check_history(own, {name: applied[name] for name in applied if "/" not in name})
    done = await _migrate_procrastinate(connection, applied)
    # Ours come after procrastinate's: one of ours creates a trigger on its table.
    done += [await _apply(connection, step) for step in own if step.name not in applied]
    # They build indexes concurrently, so not in a transaction; each has a version table of its own.
    await AsyncPostgresSaver(connection).setup()
    await AsyncPostgresStore(connection).setup()
    # The lock is released with the connection.
    return tuple(done)


async def pending_migrations(connection: Connection, *, folder: Path = MIGRATIONS) -> tuple[str, ...]:
    """The names of our migrations that this database has not seen. Changes nothing.

    Raises MigrationError if the database was migrated by a newer version of the bot, or an applied file was
    edited since.
    """
    own = read_migrations(folder)
    cursor = await connection.execute("SELECT to_regclass('countersign_migrations') IS NOT NULL AS there")
    row = await cursor.fetchone()
    applied = await _recorded(connection) if row and row["there"] else {}
    _check_history(own, {name: applied[name] for name in applied if "/" not in name})
    return tuple(step.name for step in own if step.name not in applied)


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


async def _applied(connection: Connection) -> dict[str, str]:
    await connection.execute(
        """
        CREATE TABLE IF NOT EXISTS countersign_migrations (
            name text PRIMARY KEY,
            checksum text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    return await _recorded(connection)


async def _recorded(connection: Connection) -> dict[str, str]:
    cursor = await connection.execute("SELECT name, checksum FROM countersign_migrations")
    return {row["name"]: row["checksum"] async for row in cursor}


def _check_numbers(own: tuple[Migration, ...]) -> None:
    for number, step in enumerate(own, start=1):
        if not re.fullmatch(rf"{number:04}_[a-z0-9_]+", step.name):
            raise MigrationError(
                f"Migration {number} must be {number:04}_<name>.sql, and it is {step.name}.sql."
            )


def _check_history(own: tuple[Migration, ...], applied: Mapping[str, str]) -> None:
    if unknown := sorted(applied.keys() - {step.name for step in own}):
        raise MigrationError(
            f"This database was changed by a newer version of the bot ({', '.join(unknown)}). Run that"
            " version or a later one."
        )
    for step in own:
        if applied.get(step.name, step.checksum) != step.checksum:
            raise MigrationError(
                f"{step.name}.sql was edited after it had been applied to this database. Put it back as it"
                " was; a change of the tables is a new file."
            )


async def _apply(connection: Connection, step: Migration) -> str:
    async with connection.transaction():
        # Several statements in one string cannot be prepared.
        await connection.execute(step.statements, prepare=False)
        await _record(connection, step)
    return step.name


async def _record(connection: Connection, step: Migration) -> None:
    await connection.execute(
        "INSERT INTO countersign_migrations (name, checksum) VALUES (%s, %s)", (step.name, step.checksum)
    )


async def _migrate_procrastinate(connection: Connection, applied: Mapping[str, str]) -> list[str]:
    prefix = "procrastinate/"
    steps = read_migrations(Path(SchemaManager.get_migrations_path()), prefix=prefix)
    seen = {name for name in applied if name.startswith(prefix)}
    if seen and max(seen) > steps[-1].name:
        raise MigrationError(
            "This database was changed by a newer version of procrastinate. Run the version of the bot that"
            " brought it."
        )
    if seen:
        return [await _apply(connection, step) for step in steps if step.name not in seen]
    async with connection.transaction():
        # The schema file includes all of its migrations.
        await connection.execute(sql.SQL(SchemaManager.get_schema()), prepare=False)
        for step in steps:
            await _record(connection, step)
    return ["procrastinate"]
