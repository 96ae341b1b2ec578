"""Delegations in PostgreSQL, each change with its entry in the ledger."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from countersign.approvals.assignment.delegation import Delegation, UserGroup
from countersign.approvals.audit import EntryHasher, LedgerEntry
from countersign.approvals.audit.entry import detail_text
from countersign.approvals.ledger import DelegationEvent
from countersign.approvals.person import Person
from countersign.error_translation import translates_errors
from countersign.flow.messages.outgoing import Outgoing
from countersign.store.approvals.ledger import entry_arguments
from countersign.store.columns import rows
from countersign.store.connections.pool import Connection, Pool, fetch, transaction
from countersign.store.queries import QUERIES

_LOCK = 0x64656C6567617465  # the advisory lock's key: delegations start one after the other


@translates_errors
class DelegationStore:
    """Implements `DelegationStore` of countersign.flow.ports."""

    def __init__(self, pool: Pool, hasher: EntryHasher | None = None) -> None:
        """`hasher` hashes ledger entries; without one they are hashed without a key."""
        self._pool = pool
        self._hasher = hasher or EntryHasher()

    async def active(self, team: str, now: datetime) -> tuple[Delegation, ...]:
        found = await fetch(self._pool, "active_delegations", {"team": team, "now": now})
        return tuple(map(_delegation_from, found))

    async def start(
        self,
        new: Delegation,
        by: Person,
        check: Callable[[Sequence[Delegation]], None],
        post: Sequence[Outgoing],
    ) -> None:
        async with self._pool.connection() as connection, connection.transaction():
            # Before the statement that reads: two that start at once would not see each other.
            await connection.execute(QUERIES["lock_delegations"], {"key": _LOCK})
            cursor = await connection.execute(
                QUERIES["active_delegations"], {"team": new.team, "now": new.starts_at}
            )
            check([_delegation_from(row) for row in await cursor.fetchall()])
            await connection.execute(QUERIES["start_delegation"], _delegation_row(new))
            await self._record(connection, new, DelegationEvent.STARTED, by, new.starts_at)
            for row in post:
                await connection.execute(QUERIES["insert_outgoing"], rows.outgoing_row(row))

    async def stop(
        self, team: str, by: Person, now: datetime, announce: Callable[[Delegation], Outgoing]
    ) -> tuple[Delegation, ...]:
        async with transaction(self._pool) as connection:
            arguments = {"team": team, "delegator": by.id, "now": now}
            ended = await self._ended(connection, "stop_delegations", arguments, by, now)
            for each in ended:
                await connection.execute(QUERIES["insert_outgoing"], rows.outgoing_row(announce(each)))
        return ended

    async def end_lapsed(self, now: datetime) -> int:
        async with transaction(self._pool) as connection:
            return len(await self._ended(connection, "end_lapsed_delegations", {"now": now}, None, now))

    async def _ended(
        self, connection: Connection, query: str, arguments: Any, by: Person | None, now: datetime
    ) -> tuple[Delegation, ...]:
        cursor = await connection.execute(QUERIES[query], arguments)
        ended = tuple(map(_delegation_from, await cursor.fetchall()))
        for each in ended:
            await self._record(connection, each, DelegationEvent.ENDED, by, now)
        return ended

    async def _record(
        self,
        connection: Connection,
        delegation: Delegation,
        event: DelegationEvent,
        by: Person | None,
        at: datetime,
    ) -> None:
        entry = LedgerEntry(
            approval_id=str(delegation.id),
            thread_id=delegation.team,
            version=1 if event is DelegationEvent.STARTED else 2,
            event=event.value,
            actor_id=by.id if by else None,
            actor_name=rows.postgres_text(by.name) if by else None,
            detail=detail_text(
                {
                    "delegator": {"id": delegation.delegator, "name": delegation.delegator_name},
                    "delegate": {"id": delegation.delegate, "name": delegation.delegate_name},
                    "group": {"id": delegation.group.id, "handle": delegation.group.handle}
                    if delegation.group
                    else None,
                    "ends_at": delegation.ends_at.isoformat(),
                }
            ),
            at=at,
        )
        await connection.execute(QUERIES["append_ledger_entry"], entry_arguments(entry, self._hasher))


def _delegation_from(row: rows.Row) -> Delegation:
    return Delegation(
        id=row["id"],
        team=row["team"],
        delegator=row["delegator"],
        delegator_name=row["delegator_name"],
        delegate=row["delegate"],
        delegate_name=row["delegate_name"],
        group=UserGroup(id=row["group_id"], handle=row["group_handle"]) if row["group_id"] else None,
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        ended_at=row["ended_at"],
    )


def _delegation_row(delegation: Delegation) -> dict[str, Any]:
    group = delegation.group
    return {
        "id": delegation.id,
        "team": delegation.team,
        "delegator": delegation.delegator,
        "delegator_name": rows.postgres_text(delegation.delegator_name),
        "delegate": delegation.delegate,
        "delegate_name": rows.postgres_text(delegation.delegate_name),
        "group_id": group.id if group else None,
        "group_handle": group.handle if group else None,
        "starts_at": delegation.starts_at,
        "ends_at": delegation.ends_at,
    }
