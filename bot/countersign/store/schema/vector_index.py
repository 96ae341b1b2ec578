"""The tables of the long-term store's semantic search, made once and compared with what is asked for."""

import psycopg
from langgraph.store.postgres.aio import AsyncPostgresStore
from langgraph.store.postgres.base import PostgresIndexConfig

from countersign.store.connections.address import Address
from countersign.store.connections.database import DatabaseError
from countersign.store.connections.pool import Connection, open_session
from countersign.store.queries import QUERIES
from countersign.store.schema.migrate import lock_migrations


async def migrate_vector_index(url: Address, index: PostgresIndexConfig) -> None:
    """Make what is missing. Concurrent calls are safe. Raises DatabaseError, for the operator."""
    connection = await open_session(url, application_name="countersign migrate")
    async with connection:
        try:
            if not await _is_there(connection):  # LangGraph's set-up needs the right to create tables
                await lock_migrations(connection)
                await AsyncPostgresStore(connection, index=index).setup()
        except psycopg.errors.InsufficientPrivilege as error:
            raise DatabaseError(
                '"store.index" in langgraph.json needs pgvector, and this role may not create it. Let an '
                f"administrator run CREATE EXTENSION vector in this database. ({error.diag.message_primary})"
            ) from error
        except (psycopg.errors.UndefinedFile, psycopg.errors.FeatureNotSupported) as error:
            raise DatabaseError(
                '"store.index" in langgraph.json needs pgvector, and this PostgreSQL does not have it: '
                f"{error.diag.message_primary}."
            ) from error
        there = await _dimensions(connection)
    if there != index["dims"]:
        raise DatabaseError(
            f'"store.index.dims" in langgraph.json is {index["dims"]}, and the vectors in the database have '
            f"{there} dimensions. Put the old number back, or drop the tables store_vectors and "
            "vector_migrations: items are then found by meaning only after they are stored anew."
        )


async def _is_there(connection: Connection) -> bool:
    cursor = await connection.execute(QUERIES["vector_tables_exist"])
    row = await cursor.fetchone()
    if row is None or not row["there"]:
        return False
    cursor = await connection.execute(QUERIES["vector_version"])
    latest = await cursor.fetchone()
    return latest is not None and latest["version"] == len(AsyncPostgresStore.VECTOR_MIGRATIONS) - 1


async def _dimensions(connection: Connection) -> int:
    cursor = await connection.execute(QUERIES["vector_dimensions"])
    row = await cursor.fetchone()
    return int(row["dimensions"]) if row else 0
