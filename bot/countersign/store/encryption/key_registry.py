"""Records which keys encrypted values in a database, so that no process starts with a wrong key."""

import psycopg

from countersign.encryption import EncryptionKeyMissing, KeyRing
from countersign.error_translation import translates_errors
from countersign.store.connections.pool import Pool, fetch, fetch_one, run


@translates_errors
class KeyRegistry:
    """The keys of one database, by their ids, and what none of them encrypts."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def keys_in_use(self) -> tuple[str, ...]:
        """The ids of the keys that something here is encrypted with."""
        try:
            found = await fetch(self._pool, "encryption_keys_in_use", {})
        except psycopg.errors.UndefinedTable:  # the database is not migrated yet
            return ()
        return tuple(row["key_id"] for row in found)

    async def graphs_store_has_items(self) -> bool:
        """Whether LangGraph's store, which is not encrypted, has items."""
        for name in ("graphs_store_exists", "graphs_store_has_items"):
            found = await fetch_one(self._pool, name, {})
            if found is None or not found["there"]:
                return False
        return True

    async def check(self, key_ring: KeyRing | None) -> None:
        """Raise EncryptionKeyMissing if the ring lacks a key that something here is encrypted with."""
        known = set(key_ring.key_ids) if key_ring else set()
        missing = [key_id for key_id in await self.keys_in_use() if key_id not in known]
        if missing and key_ring is None:
            raise EncryptionKeyMissing(
                f"This database is encrypted (key {', '.join(missing)}), and ENCRYPTION_KEY is not set. "
                "Nothing is lost: set it to the key."
            )
        if missing:
            raise EncryptionKeyMissing(
                f"This database has values that are encrypted with the key {', '.join(missing)}, and "
                f"ENCRYPTION_KEY has {', '.join(sorted(known))}. Nothing is lost: add the missing key behind "
                "the new one, and run `countersign encryption rotate` before you drop it."
            )

    async def register(self, key_ring: KeyRing | None) -> None:
        """Record the key that this process encrypts with. Raises EncryptionKeyMissing, as `check` does."""
        await self.check(key_ring)
        if key_ring is not None:
            await run(self._pool, "use_encryption_key", {"key_id": key_ring.key_id})

    async def retire(self, key_ring: KeyRing) -> tuple[str, ...]:
        """Record that only the first key of the ring is in use; returns the ids of the others."""
        found = await fetch(self._pool, "retire_encryption_keys", {"key_id": key_ring.key_id})
        return tuple(row["key_id"] for row in found)
