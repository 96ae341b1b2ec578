"""One entry of the ledger, and the hash that covers all of it."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from countersign.approvals.canonical_json import canonical_json
from countersign.approvals.json import Json

PLAIN = "sha256"
KEYED = "hmac-sha256"


@dataclass(frozen=True, kw_only=True)
class LedgerEntry:
    """What happened to an approval. `event` is one of `approvals.ledger.Event`, as its value."""

    approval_id: str  # a UUID
    thread_id: str
    version: int  # of the approval, after what happened
    event: str
    actor_id: str | None  # None where the bot itself acted
    actor_name: str | None
    detail: Json
    at: datetime  # aware; microseconds count

    def content(self) -> dict[str, Json]:
        """The entry as JSON, hashed and exported. `at` is RFC 3339 in UTC, to the microsecond."""
        actor: dict[str, Json] = {"id": self.actor_id, "name": self.actor_name}
        return {
            "approval_id": self.approval_id,
            "thread_id": self.thread_id,
            "version": self.version,
            "event": self.event,
            "actor": actor if any(actor.values()) else None,
            "detail": self.detail,
            "at": timestamp(self.at),
        }


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC with six digits: `2026-03-01T09:30:00.000000Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class EntryHasher:
    """Hashes entries: SHA-256 over their canonical JSON, as an HMAC (RFC 2104) where there is a key.

    Without a key whoever owns the database can compute a new hash for a changed entry; what then shows the
    change is the chain's head, anchored elsewhere. With a key that the database does not hold, they cannot.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key

    @property
    def algorithm(self) -> str:
        """`sha256` or `hmac-sha256`; it begins every hash, followed by a colon."""
        return KEYED if self._key is not None else PLAIN

    def __call__(self, entry: LedgerEntry) -> str:
        """The entry's hash, `<algorithm>:<64 hex digits>`."""
        return f"{self.algorithm}:{self._digest(canonical_json(entry.content()))}"

    def matches(self, entry: LedgerEntry, stored: str) -> bool:
        """Whether a stored hash is this entry's.

        An entry that was written before a key was set has a plain hash, and still matches it.
        """
        algorithm, _, digest = stored.partition(":")
        content = canonical_json(entry.content())
        if algorithm == PLAIN:
            return hmac.compare_digest(hashlib.sha256(content).hexdigest(), digest)
        return (
            algorithm == KEYED
            and self._key is not None
            and hmac.compare_digest(self._digest(content), digest)
        )

    def can_check(self, stored: str) -> bool:
        """Whether this hasher has what it takes to check the hash: a keyed one needs the key."""
        return self._key is not None or not stored.startswith(f"{KEYED}:")

    def _digest(self, content: bytes) -> str:
        if self._key is None:
            return hashlib.sha256(content).hexdigest()
        return hmac.new(self._key, content, hashlib.sha256).hexdigest()
