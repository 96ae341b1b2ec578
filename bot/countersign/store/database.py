"""Opens the database: the server of DATABASE_URL, or the embedded one under DATA_DIR; migrated either way."""

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
    """The URL of a migrated database. Raises DatabaseError with a message for the operator."""
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


async def configure_for_checkpoints(connection: Connection) -> None:
    """Set a pool's connection up as LangGraph's saver needs it."""
    await connection.set_autocommit(True)
    connection.prepare_threshold = 0
