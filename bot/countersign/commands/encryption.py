"""The command `encryption`: a new key, what is encrypted with which key, and encrypting what is not."""

import argparse

from countersign.approvals.errors import CountersignError
from countersign.encryption import EncryptionKeyMissing, KeyRing, generate_key
from countersign.settings import DatabaseSettings
from countersign.store.connections.database import open_database
from countersign.store.connections.pool import configure_for_statements, open_pool
from countersign.store.encryption.key_registry import KeyRegistry
from countersign.store.encryption.rotation import count_values, rotate
from countersign.store.processes import ProcessRegistry


async def run(settings: DatabaseSettings | None, given: argparse.Namespace) -> int:
    """Return 0, or 1 when `status` found something that the first key did not encrypt."""
    if settings is None:
        print(generate_key())
        return 0
    key_ring = settings.key_ring
    if given.action == "status":
        return await _status(settings, key_ring)
    if key_ring is None:
        raise EncryptionKeyMissing(
            "ENCRYPTION_KEY is not set. `countersign encryption key` prints a new one."
        )
    await _rotate(settings, key_ring)
    return 0


async def _status(settings: DatabaseSettings, key_ring: KeyRing | None) -> int:
    left = 0
    async with open_database(settings.database, settings.data_dir) as address:
        async for table, counts in count_values(address):
            for key_id, count in sorted(counts.items(), key=lambda each: each[0] or ""):
                kind = f"key {key_id}" if key_id else "plain"
                print(f"{table}: {count} values, {kind}")
                left += 0 if key_ring is not None and key_id == key_ring.key_id else count
    if key_ring is None:
        print("ENCRYPTION_KEY is not set: new values are stored in plain.")
        return 0
    print(f"New values are encrypted with key {key_ring.key_id}; {left} are not encrypted with it.")
    return 1 if left else 0


async def _rotate(settings: DatabaseSettings, key_ring: KeyRing) -> None:
    async with (
        open_database(settings.database, settings.data_dir) as address,
        await open_pool(address, max_size=2, configure=configure_for_statements) as pool,
    ):
        registry, processes = KeyRegistry(pool), ProcessRegistry(pool)
        await _refuse_other_keys(processes, key_ring)
        await registry.register(key_ring)
        async for table, count in rotate(address, key_ring):
            print(f"{table}: {count} values encrypted", flush=True)
        left = {
            key_id or "none"
            async for _, counts in count_values(address)
            for key_id in counts
            if key_id != key_ring.key_id
        }
        await _refuse_other_keys(processes, key_ring)
        if left:
            raise CountersignError(
                f"Processes with another key (key {', '.join(sorted(left))}) wrote values meanwhile. Restart "
                "every process with this ENCRYPTION_KEY, and run this again."
            )
        for key_id in await registry.retire(key_ring):
            print(f"Nothing is encrypted with key {key_id} any more: it can be dropped from ENCRYPTION_KEY.")


async def _refuse_other_keys(processes: ProcessRegistry, key_ring: KeyRing) -> None:
    """Raise CountersignError while a process runs that encrypts with another key than the first one here."""
    others = [each for each in await processes.alive() if each.key_id != key_ring.key_id]
    if not others:
        return
    keys = sorted({f"key {each.key_id}" if each.key_id else "none" for each in others})
    hosts = sorted({each.host for each in others})
    raise CountersignError(
        f"{len(others)} processes run that do not encrypt with key {key_ring.key_id} ({', '.join(keys)}, on "
        f"{', '.join(hosts)}). Restart every process with this ENCRYPTION_KEY, and run this again; one that "
        "was killed is forgotten after a minute."
    )
