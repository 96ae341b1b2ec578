"""The ledger in PostgreSQL: appending entries, sealing them into the chain, and reading them back."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog

from countersign.approvals.approval import Approval
from countersign.approvals.audit import GENESIS, Anchor, ChainedEntry, EntryHasher, LedgerEntry, next_link
from countersign.approvals.audit.entry import detail_text
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change, Observation
from countersign.approvals.person import Person
from countersign.approvals.shown import ShownAs, is_actionable, shown_detail
from countersign.error_translation import translate_errors, translates_errors
from countersign.store.columns.rows import postgres_text
from countersign.store.connections.pool import Connection, Pool, fetch
from countersign.store.encryption.protected_columns import ProtectedJson, place_of
from countersign.store.queries import QUERIES

_LOCK = 0x6C65646765727365  # the advisory lock's key: one sealer at a time, in whichever process
_BATCH = 5_000  # entries that one round seals at most
_LOOK_BACK = 10_000  # ids before the last sealed one that a quick round looks at again
_FETCH = 2_000  # rows that a reader holds at once

log = structlog.get_logger()


def ledger_arguments(change: Change, hasher: EntryHasher) -> dict[str, Any]:
    """The parameters of the ledger entry that goes with a change of an approval, hashed."""
    after = change.after
    return entry_arguments(
        LedgerEntry(
            approval_id=str(after.id),
            thread_id=after.thread_id,
            version=after.version,
            event=change.event.value,
            actor_id=change.by.id if change.by else None,
            actor_name=postgres_text(change.by.name) if change.by else None,
            detail=detail_text(change.detail),
            at=datetime.now(UTC),
        ),
        hasher,
    )


def shown_arguments(
    approval: Approval | None, shown_as: ShownAs, channel: str, ts: str, hasher: EntryHasher
) -> dict[str, Any]:
    """The parameters of `shown` for a message of this version; no entry where nobody can act on it."""
    if approval is None or not is_actionable(approval):
        return dict.fromkeys(("thread_id", "version", "event", "detail", "at", "hash"))
    entry = LedgerEntry(
        approval_id=str(approval.id),
        thread_id=approval.thread_id,
        version=approval.version,
        event=Observation.SHOWN.value,
        actor_id=None,
        actor_name=None,
        detail=detail_text(shown_detail(approval, shown_as, channel, ts)),
        at=datetime.now(UTC),
    )
    return entry_arguments(entry, hasher)


def entry_arguments(entry: LedgerEntry, hasher: EntryHasher) -> dict[str, Any]:
    return {
        "approval_id": entry.approval_id,
        "thread_id": entry.thread_id,
        "version": entry.version,
        "event": entry.event,
        "actor_id": entry.actor_id,
        "actor_name": entry.actor_name,
        "detail": ProtectedJson(
            entry.detail, place_of("detail", entry.approval_id, entry.version, entry.event)
        ),
        "at": entry.at,
        "hash": hasher(entry),
    }


@translates_errors
class Ledger:
    """Appends what changes no approval, seals and reads. Raises DatabaseUnavailable."""

    def __init__(self, pool: Pool, hasher: EntryHasher) -> None:
        self._pool = pool
        self._hasher = hasher
        self._sealed_to: int | None = None  # the entry id up to which this process saw all entries sealed

    async def append(
        self,
        *,
        approval_id: UUID,
        thread_id: str,
        version: int,
        event: str,
        by: Person | None = None,
        detail: Json = None,
    ) -> None:
        """Record an event that leaves the approval as it is, such as a refused click."""
        entry = LedgerEntry(
            approval_id=str(approval_id),
            thread_id=thread_id,
            version=version,
            event=event,
            actor_id=by.id if by else None,
            actor_name=postgres_text(by.name) if by else None,
            detail=detail_text(detail),
            at=datetime.now(UTC),
        )
        async with self._pool.connection() as connection:
            await connection.execute(QUERIES["append_ledger_entry"], entry_arguments(entry, self._hasher))

    async def seal(self) -> int:
        """Give committed entries their place in the chain; returns how many.

        Returns 0 as well while another process seals. A quick round looks at the newest ids; the first one
        of a process looks at all, since an entry may have waited while no bot was running.
        """
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(QUERIES["try_sealing"], {"key": _LOCK})
            row = await cursor.fetchone()
            if row is None or not row["held"]:
                return 0
            return await self._seal(connection)

    async def _seal(self, connection: Connection) -> int:
        after = 0 if self._sealed_to is None else max(0, self._sealed_to - _LOOK_BACK)
        cursor = await connection.execute(QUERIES["entries_to_seal"], {"after": after, "limit": _BATCH})
        entries = await cursor.fetchall()
        head = await (await connection.execute(QUERIES["chain_head"])).fetchone()
        position, link = (head["position"], head["link"]) if head else (0, GENESIS)
        positions, ids, links = [], [], []
        for entry in entries:
            position += 1
            link = next_link(link, position, entry["hash"])
            positions.append(position)
            ids.append(entry["id"])
            links.append(link)
        if ids:
            await connection.execute(
                QUERIES["seal_entries"], {"positions": positions, "entry_ids": ids, "links": links}
            )
        if len(entries) < _BATCH:
            self._sealed_to = max([self._sealed_to or 0, *ids, head["entry_id"] if head else 0])
        return len(ids)

    async def head(self) -> Anchor | None:
        """The chain's head; None while nothing is sealed."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(QUERIES["chain_head"])).fetchone()
        return Anchor(position=row["position"], link=row["link"]) if row else None

    async def chain(self) -> AsyncGenerator[ChainedEntry]:
        """Every sealed entry in order, then the unsealed ones, as `verify` wants them.

        Whoever stops early closes it (`contextlib.aclosing`): it holds a cursor.
        """
        for name in ("sealed_entries", "unsealed_entries"):
            async with aclosing(self._stream(name, {})) as entries:
                async for entry in entries:
                    yield entry

    def exported(
        self, since: datetime | None = None, approval_id: UUID | None = None
    ) -> AsyncGenerator[ChainedEntry]:
        """Entries since a moment, or of one approval, in the order of the chain."""
        return self._stream("exported_entries", {"since": since, "approval_id": approval_id})

    async def links(self, positions: Sequence[int]) -> dict[int, str]:
        """The links at these positions, as far as they are there."""
        found = await fetch(self._pool, "links_at", {"positions": list(positions)})
        return {row["position"]: row["link"] for row in found}

    async def _stream(self, name: str, arguments: dict[str, Any]) -> AsyncGenerator[ChainedEntry]:
        async with (
            translate_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
            connection.cursor(name="ledger", binary=True) as cursor,
        ):
            cursor.itersize = _FETCH
            await cursor.execute(QUERIES[name], arguments)
            async for row in cursor:
                yield _chained(row)

    async def approval_without_entry(self) -> tuple[str, int] | None:
        """An approval whose latest version the ledger does not have, with that version; None if all have."""
        async with self._pool.connection() as connection:
            row = await (
                await connection.execute(
                    QUERIES["approvals_without_entry"], {"observations": list(Observation)}
                )
            ).fetchone()
        return (row["id"], row["version"]) if row else None


def _chained(row: dict[str, Any]) -> ChainedEntry:
    entry = None
    if row["id"] is not None:
        entry = LedgerEntry(
            approval_id=row["approval_id"],
            thread_id=row["thread_id"],
            version=row["version"],
            event=row["event"],
            actor_id=row["actor_id"],
            actor_name=row["actor_name"],
            detail=row["detail"],
            at=row["at"],
            erased=row["erased"],
        )
    return ChainedEntry(
        entry_id=row["entry_id"],
        position=row["position"],
        entry=entry,
        entry_hash=row["hash"],
        link=row["link"],
    )
