"""The command `restored`: makes a restored database safe to start with: nothing continues unasked."""

from countersign.approvals.audit import EntryHasher
from countersign.i18n import N_, _, for_everyone, workspace_language
from countersign.settings import DatabaseSettings
from countersign.store.approvals.grants import GrantStore
from countersign.store.approvals.ledger_keys import LedgerKeyRegistry
from countersign.store.connections.database import open_database
from countersign.store.connections.pool import configure_for_statements, open_pool
from countersign.store.restoration import Restoration

_HINT = N_(
    "The database was restored from a backup. What happened here since then is forgotten, and may have been "
    "done already. Check that before you decide, or use *Try again*."
)


async def stop_everything(settings: DatabaseSettings) -> str:
    """Returns what was stopped, in words."""
    async with (
        open_database(settings.database, settings.data_dir) as url,
        await open_pool(
            url, max_size=2, configure=configure_for_statements, key_ring=settings.key_ring
        ) as pool,
    ):
        hasher = EntryHasher(*settings.ledger_hash_keys)
        await LedgerKeyRegistry(pool).register(hasher)
        with workspace_language(settings.bot_language):
            found = await Restoration(pool, GrantStore(pool, hasher)).stop_everything(_hint())
    return (
        f"{found.threads} threads are halted until somebody presses Try again in them, {found.cards} cards "
        f"are drawn anew, and {found.grants} grants are revoked. Start the bot now, and compare the ledger "
        "with its anchors: countersign audit verify --anchors FILE."
    )


@for_everyone
def _hint() -> str:
    return _(_HINT)
