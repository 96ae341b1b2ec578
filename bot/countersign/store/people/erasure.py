"""Erases one person's data. The ledger keeps its entries with their places and hashes, and a record of it."""

from collections import defaultdict
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg

from countersign.approvals.audit import EntryHasher, LedgerEntry
from countersign.approvals.audit.entry import detail_text
from countersign.approvals.audit.erasure import erasure_detail
from countersign.approvals.errors import CountersignError
from countersign.approvals.ledger import ErasureEvent
from countersign.store.approvals.ledger import Ledger, entry_arguments
from countersign.store.connections.pool import Pool, fetch, run
from countersign.store.encryption.protected_columns import protected_json
from countersign.store.people.personal_data import entries_of
from countersign.store.queries import QUERIES

_ERASED = "(erased)"
_CHUNK = 500  # entries of the ledger that one `erased` entry records
_VOTE_COLUMNS = ("votes", "row_votes", "claim", "referrals")


class NotTheOwner(CountersignError):
    """Only the role that owns the tables may erase the ledger's content. Use its DATABASE_URL."""


@dataclass(frozen=True, kw_only=True)
class OwnThread:
    """A thread that the person's requests are in. Nothing of a busy one can be deleted."""

    id: str
    busy: bool


class Erasure:
    """The order is that of the methods: threads are found by approvals that are deleted with them.

    Of one workspace: the same user id may be another person's in another one. None: of all.
    """

    def __init__(self, pool: Pool, ledger: Ledger, hasher: EntryHasher, workspace: str | None) -> None:
        self._workspace = workspace
        self._pool = pool
        self._ledger = ledger
        self._hasher = hasher

    async def threads(self, user: str) -> tuple[OwnThread, ...]:
        """The threads that go with the person: those that they asked in."""
        found = await fetch(self._pool, "threads_requested_by", self._person(user))
        return tuple(OwnThread(id=row["id"], busy=row["busy"]) for row in found)

    async def erase_entries(self, user: str) -> int:
        """Erase contents of the ledger; returns of how many entries. Raises NotTheOwner.

        Each chunk is recorded and erased in one transaction. What was interrupted can be done again.
        """
        theirs = await entries_of(self._pool, user, self._workspace)
        count, chunks = 0, defaultdict[str, dict[int, LedgerEntry]](dict)  # by workspace
        async with aclosing(self._ledger.chain()) as rows:
            async for row in rows:
                if row.entry is None or row.entry_id is None or row.entry.erased:
                    continue
                if not theirs.concerns(row.entry):
                    continue
                chunk = chunks[row.entry.workspace]
                chunk[row.entry_id] = row.entry
                if len(chunk) == _CHUNK:
                    count += await self._erase_chunk(user, row.entry.workspace, chunk)
                    chunk.clear()
        for workspace, chunk in chunks.items():
            count += await self._erase_chunk(user, workspace, chunk)
        return count

    async def erase_rows(self, user: str) -> None:
        """Their messages, names and words in threads of others, and what is theirs alone."""
        for name in (
            "erase_messages",
            "erase_names_of_delegations",
            "erase_names_of_grants",
            "erase_reasons",
            "erase_reviews",
            "delete_home",
            "delete_quiet_hours_of",
            "delete_feedback_of",
        ):
            await run(self._pool, name, self._person(user))
        for row in await fetch(self._pool, "approvals_of_person", self._person(user)):
            columns = {
                name: protected_json(_without(user, row[name]), name, row["id"]) for name in _VOTE_COLUMNS
            }
            await run(self._pool, "erase_votes", {"id": row["id"], "version": row["version"], **columns})

    async def delete_posts(self, thread_id: str) -> None:
        """What the bot posted in a thread that is deleted."""
        await run(self._pool, "delete_posts_of_thread", {"thread_id": thread_id})

    def _person(self, user: str) -> dict[str, str | None]:
        return {"user": user, "workspace": self._workspace}

    async def _erase_chunk(self, user: str, workspace: str, entries: Mapping[int, LedgerEntry]) -> int:
        """Entries of one workspace: its chain has the record too."""
        if not entries:
            return 0
        erasure = LedgerEntry(
            approval_id=str(uuid4()),
            thread_id=workspace,
            version=1,
            event=ErasureEvent.ERASED.value,
            actor_id=None,
            actor_name=None,
            detail=detail_text(erasure_detail(user, entries, self._hasher)),
            at=datetime.now(UTC),
        )
        try:
            async with self._pool.connection() as connection, connection.transaction():
                await connection.execute(QUERIES["rewrite_ledger_content"])
                await connection.execute(
                    QUERIES["append_ledger_entry"], entry_arguments(erasure, self._hasher)
                )
                await connection.execute(QUERIES["erase_entries"], {"ids": list(entries)})
        except psycopg.errors.InsufficientPrivilege:
            raise NotTheOwner from None
        return len(entries)


def _without(user: str, column: Any) -> Any:
    """A column of votes without the name and the words of a person."""
    if isinstance(column, list):
        return [_without(user, each) for each in column]
    if not isinstance(column, Mapping):
        return column
    cleaned = {name: _without(user, value) for name, value in column.items()}
    if column.get("by") == user:
        cleaned["name"] = _ERASED
        cleaned |= {name: _ERASED for name in ("message",) if cleaned.get(name)}
    by = column.get("by")
    if isinstance(by, Mapping) and by.get("by") == user and cleaned.get("note"):
        cleaned["note"] = _ERASED
    return cleaned
