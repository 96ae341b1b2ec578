"""The tables of the store's search by meaning."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from langgraph.store.postgres.aio import AsyncPostgresStore
from langgraph.store.postgres.base import PostgresIndexConfig
from psycopg.conninfo import make_conninfo

from countersign.store.connections.database import DatabaseError
from countersign.store.connections.pool import open_session
from countersign.store.schema.vector_index import migrate_vector_index


def _embedding(dims: int) -> Callable[[Sequence[str]], list[list[float]]]:
    return lambda texts: [[1.0, *[0.0] * (dims - 1)] for _ in texts]


def index(dims: int, **more: Any) -> PostgresIndexConfig:
    return {"dims": dims, "embed": _embedding(dims), **more}  # type: ignore[typeddict-item]


async def test_processes_that_start_at_once_make_it_once(database_url: str) -> None:
    await asyncio.gather(*(migrate_vector_index(database_url, index(3)) for _ in range(6)))

    async with await open_session(database_url) as connection:
        store = AsyncPostgresStore(connection, index=index(3))
        await store.aput(("facts",), "a", {"text": "tea"})
        (found,) = await store.asearch(("facts",), query="tea")
    assert found.score is not None


async def test_long_vectors_are_indexed_in_half_precision(database_url: str) -> None:
    long = index(3072, ann_index_config={"kind": "hnsw", "vector_type": "halfvec"})

    await migrate_vector_index(database_url, long)

    async with await open_session(database_url) as connection:
        cursor = await connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'store_vectors' AND indexdef LIKE '%%hnsw%%'"
        )
        (row,) = await cursor.fetchall()
    assert "halfvec" in row["indexdef"]


async def test_other_dimensions_are_refused_until_the_tables_are_dropped(
    database_url: str,
) -> None:
    await migrate_vector_index(database_url, index(3))
    with pytest.raises(DatabaseError, match=r'"store\.index\.dims" in langgraph\.json is 4, .* have 3 dim'):
        await migrate_vector_index(database_url, index(4))

    async with await open_session(database_url) as connection:
        await connection.execute("DROP TABLE store_vectors, vector_migrations")
    await migrate_vector_index(database_url, index(4))


async def test_a_role_that_may_not_make_the_extension_reads_who_can(database_url: str) -> None:
    async with await open_session(database_url) as connection:
        await connection.execute("DROP ROLE IF EXISTS plain_bot")
        await connection.execute("CREATE ROLE plain_bot LOGIN")
        await connection.execute("GRANT ALL ON SCHEMA public TO plain_bot")
        await connection.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO plain_bot")
        plain = make_conninfo(database_url, user="plain_bot")
        try:
            with pytest.raises(DatabaseError, match="CREATE EXTENSION vector"):
                await migrate_vector_index(plain, index(3))
        finally:
            await connection.execute("DROP OWNED BY plain_bot")
            await connection.execute("DROP ROLE plain_bot")
