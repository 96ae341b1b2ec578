"""Idempotency keys of tools' side effects: each is begun once, and its result is kept for a repeated step."""

from countersign.approvals.json import Json
from countersign.error_translation import translates_errors
from countersign.store.connections.pool import Pool, fetch, run
from countersign.store.encryption.protected_columns import protected_json


@translates_errors
class Effects:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def begin(self, key: str) -> bool:
        return bool(await fetch(self._pool, "begin_effect", {"key": key}))

    async def finished(self, key: str) -> tuple[bool, Json]:
        found = await fetch(self._pool, "effect_result", {"key": key})
        return (True, found[0]["result"]) if found and found[0]["done_at"] else (False, None)

    async def finish(self, key: str, result: Json) -> None:
        await run(self._pool, "finish_effect", {"key": key, "result": protected_json(result, "result", key)})

    async def forget(self, key: str) -> None:
        await run(self._pool, "delete_failed_effect", {"key": key})
