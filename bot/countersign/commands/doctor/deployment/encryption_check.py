"""Whether ENCRYPTION_KEY and LEDGER_KEY have the keys that the database and its ledger were written with."""

from collections.abc import AsyncIterator

import psycopg

from countersign.approvals.audit import EntryHasher
from countersign.approvals.errors import CountersignError
from countersign.commands.doctor.check import CheckContext
from countersign.commands.doctor.check_result import CheckResult, fail, ok, warn
from countersign.encryption import EncryptionKeyMissing, KeyRing
from countersign.store.approvals.ledger_keys import LedgerKeyMissing, LedgerKeyRegistry
from countersign.store.connections.database import open_database
from countersign.store.connections.pool import configure_for_statements, open_pool
from countersign.store.encryption.key_registry import KeyRegistry

_OFF = "Values are stored in plain: ENCRYPTION_KEY is not set."
_ON = "New values are encrypted with key {key_id}."
_OLDER = "The key {key_ids} is still in use."
_ROTATE = "Run `countersign encryption rotate`, and drop it from ENCRYPTION_KEY afterwards."
_PLAIN_STORE = "What graphs remember in LangGraph's store is in plain all the same: LangGraph searches in it."
_REMEMBER = (
    "Let graphs remember nothing there that the database's owner must not read, or name a store of your own "
    'with "store": {"path": ...} in langgraph.json.'
)
_ADD_LEDGER_KEY = "Set LEDGER_KEY to the keys of this ledger, the newest in the first line."
_ADD = "Add that key to ENCRYPTION_KEY again, behind the new one."


async def check_encryption(examination: CheckContext) -> AsyncIterator[CheckResult]:
    settings = examination.settings
    if {"DATABASE_URL", "ENCRYPTION_KEY", "LEDGER_KEY"} & examination.problems.keys():
        return  # the check of the settings says so
    key_ring = settings.key_ring
    try:
        used, plain_store = await _examine(examination, key_ring)
    except EncryptionKeyMissing as error:
        yield fail(str(error), _ADD)
        return
    except LedgerKeyMissing as error:
        yield fail(str(error), _ADD_LEDGER_KEY)
        return
    except (CountersignError, psycopg.Error):
        return  # the check of the database says so
    older = [key_id for key_id in used if key_ring is not None and key_id != key_ring.key_id]
    if older:
        yield warn(_OLDER.format(key_ids=", ".join(older)), _ROTATE)
    if key_ring is not None and plain_store:
        yield warn(_PLAIN_STORE, _REMEMBER)
    yield ok(_ON.format(key_id=key_ring.key_id) if key_ring else _OFF)


async def _examine(examination: CheckContext, key_ring: KeyRing | None) -> tuple[tuple[str, ...], bool]:
    """The keys in use, and whether LangGraph's store has items."""
    settings = examination.settings
    if settings.database is None and not (settings.data_dir / "postgres").exists():
        return (), False
    async with (
        open_database(settings.database, settings.data_dir, migrated=False) as url,
        await open_pool(url, min_size=1, max_size=1, configure=configure_for_statements) as pool,
    ):
        registry = KeyRegistry(pool)
        await registry.check(key_ring)
        await LedgerKeyRegistry(pool).check(EntryHasher(*settings.ledger_hash_keys))
        return await registry.keys_in_use(), await registry.graphs_store_has_items()
