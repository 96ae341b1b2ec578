"""Erasing the content of entries, and proving that nothing else of them was changed.

The hash of an erased entry stays and so does its place in the chain, but nobody can compute that hash again.
So a later entry, `erased`, has a hash of what is left: who acted on which approval, when and how.
"""

import json
from collections.abc import Mapping
from typing import Any

from countersign.approvals.audit.entry import EntryHasher, LedgerEntry
from countersign.approvals.json import Json
from countersign.approvals.ledger import ErasureEvent


def erasure_detail(person: str, entries: Mapping[int, LedgerEntry], hasher: EntryHasher) -> dict[str, Json]:
    """The content of an `erased` entry: whose data it was, and what is left of each entry, by its id."""
    left: dict[str, Json] = {
        str(entry_id): hasher(entry.without_content()) for entry_id, entry in entries.items()
    }
    return {"person": person, "entries": left}


class PersonEntries:
    """Which entries have something of a person in them, for entries in the order in which they were written.

    Those are: what they did, what they asked for in all that became of it, and where their id is named.
    """

    def __init__(
        self, person: str, approvals: frozenset[str] = frozenset(), workspace: str | None = None
    ) -> None:
        """`approvals` are ids of approvals that are known to be theirs. `workspace` None: in all of them."""
        self._person = person
        self._workspace = workspace
        self._approvals = set(approvals)

    def concerns(self, entry: LedgerEntry) -> bool:
        if entry.event == ErasureEvent.ERASED or self._workspace not in (None, entry.workspace):
            return False
        if entry.event == "opened" and _requested_by(entry, self._person):
            self._approvals.add(entry.approval_id)
        return (
            entry.actor_id == self._person
            or entry.approval_id in self._approvals
            or self._person in entry.detail
        )


class ErasureVerifier:
    """Compares what is left of erased entries with what the later entries say of them."""

    def __init__(self, hasher: EntryHasher) -> None:
        self._hasher = hasher
        self._erased: dict[int, tuple[str, LedgerEntry]] = {}

    def take_erased(self, where: str, entry_id: int | None, entry: LedgerEntry) -> None:
        """An entry without its content; `where` names it for people."""
        if entry_id is not None:
            self._erased[entry_id] = (where, entry)

    def take_erasure(self, entry: LedgerEntry) -> str | None:
        """An `erased` entry whose hash fits; returns what is wrong, for people, if what is left does not."""
        detail: Any = json.loads(entry.detail)
        for entry_id, left in detail["entries"].items():
            found = self._erased.pop(int(entry_id), None)
            if found is not None and not self._hasher.matches(found[1].without_content(), left):
                return f"{found[0]} was changed after its content was erased."
        return None

    def unrecorded(self) -> str | None:
        """The first entry without content of which no erasure said so."""
        return next((where for where, _ in self._erased.values()), None)


def _requested_by(entry: LedgerEntry, person: str) -> bool:
    detail: Any = json.loads(entry.detail)
    return isinstance(detail, dict) and person in (detail.get("requester"), detail.get("requested_by"))
