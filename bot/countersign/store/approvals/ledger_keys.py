"""Records which keys the ledger was hashed with, so that no process writes to it with a wrong key."""

import psycopg

from countersign.approvals.audit import EntryHasher
from countersign.approvals.errors import CountersignError
from countersign.error_translation import translates_errors
from countersign.store.connections.pool import Pool, fetch, run


class LedgerKeyMissing(CountersignError):
    """Entries of the ledger were hashed with a key that LEDGER_KEY does not have."""


@translates_errors
class LedgerKeyRegistry:
    """The keys of one database's ledger, by their ids."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def check(self, hasher: EntryHasher) -> None:
        """Raise LedgerKeyMissing if the hasher lacks a key that entries were hashed with."""
        try:
            found = await fetch(self._pool, "ledger_keys", {})
        except psycopg.errors.UndefinedTable:  # the database is not migrated yet
            return
        missing = [row["key_id"] for row in found if row["key_id"] not in hasher.key_ids]
        if not missing:
            return
        listed = ", ".join(missing)
        if not hasher.key_ids:
            raise LedgerKeyMissing(
                f"The ledger is hashed with a key (id {listed}), and LEDGER_KEY is not set. Set it to that "
                "key: entries without it could not be told from forged ones."
            )
        raise LedgerKeyMissing(
            f"The ledger is hashed with the key {listed}, and LEDGER_KEY has {', '.join(hasher.key_ids)}. "
            "Add the missing key to it, in a line below the new one: nothing else checks its entries."
        )

    async def register(self, hasher: EntryHasher) -> None:
        """Record the key that this process hashes with. Raises LedgerKeyMissing, as `check` does."""
        await self.check(hasher)
        if hasher.key_ids:
            await run(self._pool, "use_ledger_key", {"key_id": hasher.key_ids[0]})
