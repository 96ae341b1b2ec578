"""The hash chain over the ledger: each link covers the one before it, so a missing entry is detected.

Entries are appended by many transactions at once, each with a hash of its own content. A sealer later gives
them consecutive positions and links them. So no approval waits for another's entry, and the chain is complete
up to its head; what is behind the head is younger than the sealer's last round.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from countersign.approvals.audit.anchor import Anchor
from countersign.approvals.audit.entry import KEYED, PLAIN, EntryHasher, LedgerEntry
from countersign.approvals.audit.erasure import ErasureVerifier
from countersign.approvals.ledger import ErasureEvent

GENESIS = "0" * 64  # the link before the first
_PLAIN, _KEYED = f"{PLAIN}:", f"{KEYED}:"  # what hashes begin with


def next_link(previous: str, position: int, entry_hash: str) -> str:
    """The link of an entry: SHA-256 in hex over the link before it, its position from 1, and its hash."""
    return hashlib.sha256(f"{previous}\n{position}\n{entry_hash}".encode()).hexdigest()


class ChainedEntry(NamedTuple):
    """What the database holds of one position: `entry` is None where only the link is left."""

    entry_id: int | None
    position: int | None  # None: not sealed yet
    entry: LedgerEntry | None
    entry_hash: str | None
    link: str | None


class FindingKind(StrEnum):
    CHANGED = "changed"  # the content does not fit its hash
    CUT = "cut"  # an entry, or the chain's end, is missing
    ADDED = "added"  # an entry that no seal covers, or whose hash the bot did not make
    REORDERED = "reordered"  # an entry stands where its link does not fit
    UNCHECKED = "unchecked"  # it was hashed with a key that was not given


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The first thing that is wrong: `text` is for people."""

    kind: FindingKind
    text: str
    position: int | None = None
    entry_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was read, and what is wrong with it if anything is."""

    sealed: int
    unsealed: int
    head: str
    finding: Finding | None
    anchors: int = 0  # anchors that were compared and fit


def verify(rows: Iterable[ChainedEntry], hasher: EntryHasher, anchors: Sequence[Anchor] = ()) -> Verification:
    """Walk the chain from its first entry and give the first thing that is wrong.

    `rows` are the sealed ones in the order of their positions, then the unsealed ones by entry id.
    """
    chain = ChainVerifier(hasher, anchors)
    return chain.result(chain.take_all(rows) or chain.missing_end())


class ChainVerifier:
    """The walk of `verify`, for rows that arrive one by one."""

    def __init__(self, hasher: EntryHasher, anchors: Sequence[Anchor] = ()) -> None:
        self._hasher = hasher
        self._anchored = {anchor.position: anchor.link for anchor in anchors}
        self._head = GENESIS
        self._position = 0
        self._unsealed = 0
        self._fitting = 0
        self._keyed = False
        self._erasures = ErasureVerifier(hasher)

    def take_all(self, rows: Iterable[ChainedEntry]) -> Finding | None:
        """Check the next rows; returns what is wrong with the first that is not right."""
        for row in rows:
            finding = self.take(row)
            if finding is not None:
                return finding
        return None

    def take(self, row: ChainedEntry) -> Finding | None:
        """Check the next row; returns what is wrong with it, after which there is nothing left to check."""
        entry_id, position, entry, entry_hash, _ = row
        if position is None:
            return self._take_unsealed(row)
        expected = self._position + 1
        if position != expected:
            return Finding(
                kind=FindingKind.CUT,
                position=expected,
                text=f"Entry {expected} is missing: the next one that is there is {position}.",
            )
        if entry is None or entry_hash is None:
            return Finding(
                kind=FindingKind.CUT,
                position=expected,
                entry_id=entry_id,
                text=f"Entry {expected} was deleted: its link is still there.",
            )
        return self._content(row, entry, entry_hash) or self._linked(row, position, entry_hash)

    def _linked(self, row: ChainedEntry, position: int, entry_hash: str) -> Finding | None:
        link = next_link(self._head, position, entry_hash)
        if link != row.link:
            return Finding(
                kind=FindingKind.REORDERED,
                position=position,
                entry_id=row.entry_id,
                text=(
                    f"Entry {position} does not follow the one before it: entries were reordered, "
                    "replaced or taken out here."
                ),
            )
        self._head, self._position = link, position
        anchored = self._anchored.get(position)
        if anchored is not None:
            if anchored != link:
                return Finding(
                    kind=FindingKind.CHANGED,
                    position=position,
                    entry_id=row.entry_id,
                    text=(
                        f"The chain up to entry {position} is not the one that was anchored: it was "
                        "written again, at this entry or before it."
                    ),
                )
            self._fitting += 1
        return None

    def _take_unsealed(self, row: ChainedEntry) -> Finding | None:
        assert row.entry is not None, "an unsealed row is an entry"
        self._unsealed += 1
        if row.entry_hash is None:
            return Finding(
                kind=FindingKind.ADDED,
                entry_id=row.entry_id,
                text=f"The entry with id {row.entry_id} has no hash: Countersign did not write it.",
            )
        return self._content(row, row.entry, row.entry_hash)

    def _content(self, row: ChainedEntry, entry: LedgerEntry, entry_hash: str) -> Finding | None:
        if entry_hash.startswith(_KEYED):
            if not self._hasher.can_check(entry_hash):
                return Finding(
                    kind=FindingKind.UNCHECKED,
                    position=row.position,
                    entry_id=row.entry_id,
                    text=f"{_where(row)} was hashed with a key. Set LEDGER_KEY to check it.",
                )
            self._keyed = True
        elif self._keyed and entry_hash.startswith(_PLAIN):
            return Finding(
                kind=FindingKind.ADDED,
                position=row.position,
                entry_id=row.entry_id,
                text=f"{_where(row)} is hashed without the key, after entries that were hashed with it.",
            )
        if entry.erased:
            self._erasures.take_erased(_where(row), row.entry_id, entry)
            return None
        if self._hasher.matches(entry, entry_hash):
            return self._unfitting_erasure(row, entry) if entry.event == ErasureEvent.ERASED else None
        changed = row.position is not None
        return Finding(
            kind=FindingKind.CHANGED if changed else FindingKind.ADDED,
            position=row.position,
            entry_id=row.entry_id,
            text=(
                f"{_where(row)} ({entry.event} of {entry.approval_id}) was changed: its hash does not fit"
                f"{', with any key of LEDGER_KEY' if entry_hash.startswith(_KEYED) else ''}."
            ),
        )

    def _unfitting_erasure(self, row: ChainedEntry, entry: LedgerEntry) -> Finding | None:
        text = self._erasures.take_erasure(entry)
        return Finding(kind=FindingKind.CHANGED, position=row.position, text=text) if text else None

    def missing_end(self) -> Finding | None:
        """What only the end shows: an anchor beyond it, or an entry that was emptied without a record."""
        emptied = self._erasures.unrecorded()
        if emptied is not None:
            return Finding(
                kind=FindingKind.CHANGED,
                text=f"{emptied} has no content, and no entry says that it was erased.",
            )
        return self._cut_end()

    def _cut_end(self) -> Finding | None:
        """An anchor beyond the head: the tail was cut off, or the database is an older one."""
        beyond = [position for position in self._anchored if position > self._position]
        if not beyond:
            return None
        return Finding(
            kind=FindingKind.CUT,
            position=self._position + 1,
            text=(
                f"The chain ends at entry {self._position}, and entry {max(beyond)} was anchored: the end "
                "was cut off, or an older backup was restored."
            ),
        )

    def result(self, finding: Finding | None) -> Verification:
        return Verification(
            sealed=self._position,
            unsealed=self._unsealed,
            head=self._head,
            finding=finding,
            anchors=self._fitting,
        )


def _where(row: ChainedEntry) -> str:
    return f"Entry {row.position}" if row.position is not None else f"The entry with id {row.entry_id}"
