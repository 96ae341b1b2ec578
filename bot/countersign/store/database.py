"""Which PostgreSQL: the one that DATABASE_URL names, or the embedded one under DATA_DIR."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg

from countersign.approvals.errors import CountersignError
from countersign.store.embedded import EmbeddedPostgresError, embedded_postgres
from countersign.store.migrate import MigrationError, migrate
from countersign.store.pool import Connection


class DatabaseError(CountersignError):
    """The database cannot be used."""


@asynccontextmanager
async def open_database(url: str | None, data_dir: Path) -> AsyncIterator[str]:
    """The URL of a database with all tables. Raises DatabaseError with a sentence for the operator."""
    if url is not None:
        await _migrated(url)
        yield url
        return
    try:
        async with embedded_postgres(data_dir) as own:
            await _migrated(own)
            yield own
    except EmbeddedPostgresError as error:
        raise DatabaseError(str(error)) from error


async def _migrated(url: str) -> None:
    try:
        await migrate(url)
    except MigrationError as error:
        raise DatabaseError(str(error)) from error
    except psycopg.OperationalError as error:
        raise DatabaseError(
            f"The database cannot be reached ({_first_line(error)}). "
            "Check DATABASE_URL, and that PostgreSQL runs."
        ) from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


async def for_checkpoints(connection: Connection) -> None:
    """Make a pool's connection one that LangGraph's saver can use."""
    await connection.set_autocommit(True)
    connection.prepare_threshold = 0
