"""What tools did: an effect is begun once per key, and its result is kept for the step that runs again."""

from typing import Any

from psycopg.rows import dict_row
from psycopg.types.json import Json as AsJson

from bot.approvals.json import Json
from bot.store.pool import Pool
from bot.store.queries import QUERIES


class Effects:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def begin(self, key: str) -> bool:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(QUERIES["begin_effect"], {"key": key})
            return cursor.rowcount == 1

    async def finished(self, key: str) -> tuple[bool, Json]:
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(QUERIES["effect"], {"key": key})
            row = await cursor.fetchone()
        return (True, row["result"]) if row and row["done_at"] else (False, None)

    async def finish(self, key: str, result: Json) -> None:
        await self._run("finish_effect", {"key": key, "result": AsJson(result)})

    async def forget(self, key: str) -> None:
        await self._run("forget_effect", {"key": key})

    async def _run(self, name: str, arguments: dict[str, Any]) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(QUERIES[name], arguments)
