"""One named statement on a connection of the pool."""

from typing import Any

from psycopg.rows import dict_row

from countersign.store.pool import Pool
from countersign.store.queries import QUERIES


async def run(pool: Pool, name: str, arguments: dict[str, Any]) -> None:
    async with pool.connection() as connection:
        await connection.execute(QUERIES[name], arguments)


async def fetch(pool: Pool, name: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """All of the rows, as dicts."""
    async with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(QUERIES[name], arguments)
        return await cursor.fetchall()
