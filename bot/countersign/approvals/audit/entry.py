"""One entry of the ledger, and the hash that covers all of it."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import NamedTuple

from countersign.approvals.canonical_json import canonical_json
from countersign.approvals.json import Json

PLAIN = "sha256"
KEYED = "hmac-sha256"
_KEY_ID = b"countersign: the id of a ledger key"


class LedgerEntry(NamedTuple):
    """What happened to an approval. `event` is one of `approvals.ledger.Event`, as its value.

    A named tuple, as is `ChainedEntry`: verifying makes one for each entry, and a frozen dataclass takes
    eight times as long to make.
    """

    approval_id: str  # a UUID
    thread_id: str
    version: int  # of the approval, after what happened
    event: str
    actor_id: str | None  # None where the bot itself acted
    actor_name: str | None
    detail: str  # canonical JSON, as `detail_text` writes it and the database keeps it
    at: datetime  # aware; microseconds count
    erased: bool = False  # its content is gone; a later entry has the hash of what is left

    @property
    def workspace(self) -> str:
        """The team id that the thread's id begins with."""
        return self.thread_id.partition("/")[0]

    def without_content(self) -> "LedgerEntry":
        """What is left of it once its content is erased."""
        return self._replace(actor_name=None, detail="null", erased=True)

    def canonical(self) -> bytes:
        """The entry's RFC 8785 form, which its hash covers.

        It is put together from parts: `detail` is canonical already, and the other members are texts and one
        integer, which Python's encoder spells as RFC 8785 does.
        """
        actor = "null"
        if self.actor_id is not None or self.actor_name is not None:
            actor = f'{{"id":{_text(self.actor_id)},"name":{_text(self.actor_name)}}}'
        return (
            f'{{"actor":{actor},"approval_id":{encode_basestring(self.approval_id)},"at":"{timestamp(self.at)}",'
            f'"detail":{self.detail},"event":{encode_basestring(self.event)},'
            f'"thread_id":{encode_basestring(self.thread_id)},'
            f'"version":{self.version}}}'
        ).encode("utf-8", "surrogatepass")

    def content(self) -> dict[str, Json]:
        """The entry as JSON, for exports. `at` is RFC 3339 in UTC, to the microsecond."""
        actor: dict[str, Json] = {"id": self.actor_id, "name": self.actor_name}
        return {
            "approval_id": self.approval_id,
            "thread_id": self.thread_id,
            "version": self.version,
            "event": self.event,
            "actor": actor if any(actor.values()) else None,
            "detail": json.loads(self.detail),
            "at": timestamp(self.at),
            **({"erased": True} if self.erased else {}),
        }


def _text(text: str | None) -> str:
    return "null" if text is None else encode_basestring(text)


def detail_text(detail: Json) -> str:
    """Canonical JSON text; what RFC 8785 has no spelling for becomes ASCII JSON with sorted keys."""
    return canonical_json(detail).decode().removeprefix("exact ")


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC with six digits: `2026-03-01T09:30:00.000000Z`."""
    at = at if at.tzinfo is UTC else at.astimezone(UTC)
    return f"{at.isoformat(timespec='microseconds')[:26]}Z"


class EntryHasher:
    """Hashes entries: SHA-256 over their canonical JSON, as an HMAC (RFC 2104) where there is a key.

    Without a key whoever owns the database can compute a new hash for a changed entry; what then shows the
    change is the chain's head, anchored elsewhere. With a key that the database does not hold, they cannot.
    `older` keys hash nothing any more, and still check what they hashed.
    """

    def __init__(self, key: bytes | None = None, *older: bytes) -> None:
        self._key = key
        self._keys = (key, *older) if key is not None else ()

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Eight hex digits for each key, which tell nothing of it; the key that hashes comes first."""
        return tuple(hmac.digest(key, _KEY_ID, "sha256").hex()[:8] for key in self._keys)

    @property
    def algorithm(self) -> str:
        """`sha256` or `hmac-sha256`; it begins every hash, followed by a colon."""
        return KEYED if self._key is not None else PLAIN

    def __call__(self, entry: LedgerEntry) -> str:
        """The entry's hash, `<algorithm>:<64 hex digits>`."""
        return f"{self.algorithm}:{self._digest(entry.canonical())}"

    def matches(self, entry: LedgerEntry, stored: str) -> bool:
        """Whether a stored hash is this entry's.

        An entry that was written before a key was set has a plain hash, and still matches it.
        """
        algorithm, _, digest = stored.partition(":")
        if algorithm == PLAIN:
            return hmac.compare_digest(hashlib.sha256(entry.canonical()).hexdigest(), digest)
        if algorithm != KEYED:
            return False
        content = entry.canonical()
        return any(
            hmac.compare_digest(hmac.digest(key, content, "sha256").hex(), digest) for key in self._keys
        )

    def can_check(self, stored: str) -> bool:
        """Whether this hasher has what it takes to check the hash: a keyed one needs the key."""
        return self._key is not None or not stored.startswith(f"{KEYED}:")

    def _digest(self, content: bytes) -> str:
        if self._key is None:
            return hashlib.sha256(content).hexdigest()
        return hmac.digest(self._key, content, "sha256").hex()
