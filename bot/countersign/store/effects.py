"""What tools did: an effect is begun once per key, and its result is kept for the step that runs again."""

from psycopg.types.json import Json as AsJson

from countersign.approvals.json import Json
from countersign.store.pool import Pool
from countersign.store.statements import fetch, run


class Effects:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def begin(self, key: str) -> bool:
        return bool(await fetch(self._pool, "begin_effect", {"key": key}))

    async def finished(self, key: str) -> tuple[bool, Json]:
        found = await fetch(self._pool, "effect", {"key": key})
        return (True, found[0]["result"]) if found and found[0]["done_at"] else (False, None)

    async def finish(self, key: str, result: Json) -> None:
        await run(self._pool, "finish_effect", {"key": key, "result": AsJson(result)})

    async def forget(self, key: str) -> None:
        await run(self._pool, "forget_effect", {"key": key})
