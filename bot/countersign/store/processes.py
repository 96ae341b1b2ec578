"""The processes that are alive: an upgrade and a rotation of keys must know what they run."""

from dataclasses import dataclass
from uuid import UUID

from packaging.version import Version

from countersign.encryption import KeyRing
from countersign.error_translation import translates_errors
from countersign.store.connections.pool import Pool, fetch, run


@dataclass(frozen=True, kw_only=True)
class LiveProcess:
    """`key_id` is of the key that it encrypts with; None where it stores in plain; `key_ids`: all it has."""

    version: str
    host: str
    key_id: str | None
    key_ids: tuple[str, ...]


@translates_errors
class ProcessRegistry:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def report(self, process: UUID, version: str, host: str, key_ring: KeyRing | None) -> bool:
        """Record that the process is alive, for a minute. Its key is in use from then on.

        Returns whether the tables are such that this version may run on them.
        """
        arguments = {
            "id": process,
            "version": version,
            "host": host,
            "key_id": key_ring.key_id if key_ring else None,
            "key_ids": list(key_ring.key_ids) if key_ring else [],
        }
        found = await fetch(self._pool, "report_process", arguments)
        if key_ring is not None:
            await run(self._pool, "use_encryption_key", {"key_id": key_ring.key_id})
        return all(Version(version) >= Version(row["oldest_version"]) for row in found)

    async def ended(self, process: UUID) -> None:
        await run(self._pool, "process_ended", {"id": process})

    async def alive(self) -> tuple[LiveProcess, ...]:
        found = await fetch(self._pool, "live_processes", {})
        return tuple(
            LiveProcess(
                version=row["version"],
                host=row["host"],
                key_id=row["key_id"],
                key_ids=tuple(row["key_ids"]),
            )
            for row in found
        )
