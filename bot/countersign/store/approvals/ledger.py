"""The ledger in PostgreSQL: appending entries, sealing them into the chain, and reading them back."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog

from countersign.approvals.approval import Approval
from countersign.approvals.audit import GENESIS, Anchor, ChainedEntry, EntryHasher, LedgerEntry, next_link
from countersign.approvals.audit.entry import detail_text
from countersign.approvals.audit.shown_version import ShownAs, is_actionable, shown_detail
from countersign.approvals.audit.workspace_chain import WorkspaceChain
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change, Observation
from countersign.approvals.person import Person
from countersign.error_translation import translate_errors, translates_errors
from countersign.store.approvals.workspace_heads import advance_heads, workspace_heads
from countersign.store.columns.rows import postgres_text
from countersign.store.connections.pool import Connection, Pool, fetch
from countersign.store.encryption.protected_columns import ProtectedJson, place_of
from countersign.store.queries import QUERIES

_LOCK = 0x6C65646765727365  # the advisory lock's key: one sealer at a time over all processes
_BATCH = 5_000  # entries that one round seals at most
_LOOK_BACK = 10_000  # ids before the last settled one that a quick round looks at again
_FETCH = 400  # rows that are read at once: about what a socket buffers

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
    """The parameters of `shown` for a message of this version; no entry where the message has no buttons."""
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


@dataclass(frozen=True, kw_only=True)
class _Horizon:
    """Which transactions ran at a moment, by their numbers, and the newest entry that was there."""

    oldest: int  # that ran; all before it were over
    next: int  # no transaction had this number yet
    last_id: int

    @classmethod
    def of(cls, row: dict[str, Any]) -> "_Horizon":
        return cls(oldest=row["oldest"], next=row["next"], last_id=row["last_id"])


@translates_errors
class Ledger:
    """Appends what changes no approval, seals and reads. Raises DatabaseUnavailable."""

    def __init__(self, pool: Pool, hasher: EntryHasher, *, look_back: int = _LOOK_BACK) -> None:
        self._pool = pool
        self._hasher = hasher
        self._look_back = look_back
        self._settled_to: int | None = None  # no entry up to this id can appear any more, and all are sealed
        self._kept = 0  # what `_settled_to` the database has for processes that start
        self._heads_are_known = False  # whether this process brought the workspaces' heads up to the chain's
        self._awaited: _Horizon | None = None  # the next id that is to be settled, and what it waits for

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

        Returns 0 as well while another process seals. A quick round looks at the ids that are not settled:
        an entry appears when its transaction commits, however many came after it. The first rounds of a
        process look at all that an earlier one did not keep as settled.
        """
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(QUERIES["try_sealing"], {"key": _LOCK})
            row = await cursor.fetchone()
            if row is None or not row["held"]:
                return 0
            sealed = await self._seal(connection, _Horizon.of(row))
            if sealed or not self._heads_are_known:
                await advance_heads(connection)
            self._heads_are_known = True
            return sealed

    async def _seal(self, connection: Connection, horizon: "_Horizon") -> int:
        if self._settled_to is None:
            row = await (await connection.execute(QUERIES["settled_to"])).fetchone()
            after = self._kept = row["settled_to"] if row else 0
        else:
            after = max(0, self._settled_to - self._look_back)
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
            await self._settle(connection, horizon, after)
        return len(ids)

    async def _settle(self, connection: Connection, horizon: "_Horizon", after: int) -> None:
        """After a round that sealed all it found: ids whose transactions are over need no second look."""
        awaited = self._awaited or horizon
        if horizon.oldest >= awaited.next:
            row = await (
                await connection.execute(QUERIES["first_unsealed_entry"], {"after": after})
            ).fetchone()
            unsealed = row["id"] if row else None
            self._settled_to = awaited.last_id if unsealed is None else min(awaited.last_id, unsealed - 1)
            if self._settled_to > self._kept + self._look_back:
                await connection.execute(QUERIES["keep_settled"], {"settled_to": self._settled_to})
                self._kept = self._settled_to
            awaited = horizon
        self._awaited = awaited

    async def head(self) -> Anchor | None:
        """The chain's head; None while nothing is sealed."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(QUERIES["chain_head"])).fetchone()
        return Anchor(position=row["position"], link=row["link"]) if row else None

    async def heads(self) -> tuple[Anchor, ...]:
        """The chain's head, and those of the workspaces' chains where there are several workspaces."""
        head = await self.head()
        if head is None:
            return ()
        async with self._pool.connection() as connection:
            own = await workspace_heads(connection)
        return (head, *own) if len(own) > 1 else (head,)

    async def workspace_head(self, team: str) -> Anchor | None:
        """The head of one workspace's chain; None while it has none."""
        async with self._pool.connection() as connection:
            own = await workspace_heads(connection)
        return next((head for head in own if head.workspace == team), None)

    async def workspace_chain(self, team: str) -> AsyncGenerator[ChainedEntry]:
        """The entries of one workspace with their places in its own chain, then its unsealed ones."""
        chain = WorkspaceChain()
        async with aclosing(self._pages("workspace_entries", {"team": team})) as pages:
            async for page in pages:
                for entry in page:
                    yield chain.take(entry)

    async def chain(self) -> AsyncGenerator[ChainedEntry]:
        """Every sealed entry in order, then the unsealed ones, as `verify` wants them.

        Whoever stops early closes it (`contextlib.aclosing`): it holds a cursor.
        """
        async with aclosing(self.chain_pages()) as pages:
            async for page in pages:
                for entry in page:
                    yield entry

    async def chain_pages(self) -> AsyncGenerator[list[ChainedEntry]]:
        """The same, many entries at once: a step of a generator takes longer than to look at an entry."""
        for name in ("sealed_entries", "unsealed_entries"):
            async with aclosing(self._pages(name, {})) as pages:
                async for page in pages:
                    yield page

    async def exported(
        self, since: datetime | None = None, approval_id: UUID | None = None
    ) -> AsyncGenerator[ChainedEntry]:
        """Entries since a moment, or of one approval, in the order of the chain."""
        arguments = {"since": since, "approval_id": approval_id}
        async with aclosing(self._pages("exported_entries", arguments)) as pages:
            async for page in pages:
                for entry in page:
                    yield entry

    async def links(self, positions: Sequence[int]) -> dict[int, str]:
        """The links at these positions, as far as they are there."""
        found = await fetch(self._pool, "links_at", {"positions": list(positions)})
        return {row["position"]: row["link"] for row in found}

    async def _pages(self, name: str, arguments: dict[str, Any]) -> AsyncGenerator[list[ChainedEntry]]:
        async with (
            translate_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
            connection.cursor(name="ledger", binary=True) as cursor,
        ):
            await cursor.execute(QUERIES[name], arguments)
            rows = await cursor.fetchmany(_FETCH)
            while rows:
                following = asyncio.create_task(cursor.fetchmany(_FETCH))
                try:
                    await asyncio.sleep(0)  # sends it: the server reads on while these are looked at
                    yield [_chained(row) for row in rows]
                finally:
                    await asyncio.wait([following])
                rows = following.result()

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
    """The columns of the three queries, in their order: looking each up by name takes twice as long."""
    position, link, entry_id, found, *content, at, entry_hash, erased = row.values()
    approval_id, thread_id, version, event, actor_id, actor_name, detail = content
    entry = None
    if found is not None:
        entry = LedgerEntry(approval_id, thread_id, version, event, actor_id, actor_name, detail, at, erased)
    return ChainedEntry(entry_id, position, entry, entry_hash, link)
