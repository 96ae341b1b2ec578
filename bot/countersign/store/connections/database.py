"""Opens the database: the server of DATABASE_URL, or the embedded one under DATA_DIR; migrated either way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg

from countersign.store.connections.address import Address
from countersign.store.connections.pool import DatabaseError
from countersign.store.connections.session_check import require_sessions
from countersign.store.embedded import EmbeddedPostgresError, embedded_postgres
from countersign.store.schema.migrate import MigrationError, migrate

__all__ = ["DatabaseError", "open_database"]


@asynccontextmanager
async def open_database(
    url: Address | None, data_dir: Path, *, migrated: bool = True
) -> AsyncIterator[Address]:
    """The URL of a migrated database; with `migrated=False` of one as it is, to be read only.

    Raises DatabaseError with a message for the operator.
    """
    if url is not None:
        await (_migrated(url) if migrated else _reached(url))
        yield url
        return
    try:
        async with embedded_postgres(data_dir) as own:
            if migrated:
                await _migrated(own)
            yield own
    except EmbeddedPostgresError as error:
        raise DatabaseError(str(error)) from error


async def _migrated(url: Address) -> None:
    try:
        await require_sessions(url)  # first: a migration's lock is a session's
        await migrate(url)
    except MigrationError as error:
        raise DatabaseError(str(error)) from error
    except psycopg.OperationalError as error:
        raise _unreachable(error) from error


async def _reached(url: Address) -> None:
    try:
        await require_sessions(url)
    except psycopg.OperationalError as error:
        raise _unreachable(error) from error


def _unreachable(error: psycopg.OperationalError) -> DatabaseError:
    return DatabaseError(
        f"The database cannot be reached ({_first_line(error)}). "
        "Check DATABASE_URL, and that PostgreSQL runs."
    )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
