"""Grants in PostgreSQL: the GrantStore port, and the statements that belong to a change of an approval."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from countersign.approvals.audit import EntryHasher, LedgerEntry
from countersign.approvals.audit.entry import detail_text
from countersign.approvals.ledger import Change, Observation, grant_detail
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.grants import Grant
from countersign.approvals.policy.rule import GrantScope
from countersign.error_translation import translates_errors
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.thread import ThreadRef
from countersign.store.approvals.ledger import entry_arguments
from countersign.store.columns import rows
from countersign.store.connections.pool import Pool, fetch, transaction
from countersign.store.queries import QUERIES

Connection = psycopg.AsyncConnection[Any]


@translates_errors
class GrantStore:
    def __init__(self, pool: Pool, hasher: EntryHasher | None = None) -> None:
        """`hasher` hashes ledger entries; without one they are hashed without a key."""
        self._pool = pool
        self._hasher = hasher or EntryHasher()

    async def active_grants(
        self, graph: str, action: str, holders: Sequence[str], now: datetime
    ) -> tuple[Grant, ...]:
        # A name that PostgreSQL cannot store is stored as another one, which covers nothing.
        stored = rows.postgres_text(action)
        arguments = {"graph": graph, "action": stored, "holders": list(holders), "now": now}
        return await self._found("active_grants", arguments)

    async def active_in_thread(self, thread_id: str, now: datetime) -> tuple[Grant, ...]:
        return await self._found("active_grants_of_holder", {"holder": thread_id, "now": now})

    async def graph_of(self, thread_id: str) -> str | None:
        found = await fetch(self._pool, "graph_of_thread", {"thread_id": thread_id})
        return found[0]["graph"] if found else None

    async def grants_given_with(self, approval_id: UUID) -> tuple[Grant, ...]:
        return await self._found("grants_given_with", {"approval_id": approval_id})

    async def grants_of(self, team: str, user_id: str, since: datetime) -> tuple[Grant, ...]:
        return await self._found("grants_of_person", {"team": team, "user": user_id, "since": since})

    async def _found(self, query: str, arguments: dict[str, Any]) -> tuple[Grant, ...]:
        return tuple(grant_from(row) for row in await fetch(self._pool, query, arguments))

    async def revoke(self, revoked: Grant, by: Person, post: Sequence[Outgoing]) -> bool:
        approvals = await fetch(
            self._pool,
            "approval",
            {"id": revoked.approval_id, "team": ThreadRef.parse(revoked.thread_id).team},
        )
        version = approvals[0]["version"] if approvals else 0  # deleted after its retention period
        async with transaction(self._pool) as connection:
            revoking = await _revoke(connection, revoked)
            if await revoking.fetchone() is None:
                return False
            entry = _entry(revoked, Observation.GRANT_REVOKED, version, by)
            await _append(connection, entry, self._hasher)
            for row in post:
                await connection.execute(QUERIES["insert_outgoing"], rows.outgoing_row(row))
        return True


async def apply_grants(
    connection: Connection, change: Change, hasher: EntryHasher
) -> list[psycopg.AsyncCursor[Any]]:
    """What a change of an approval does to grants. A cursor without a row: one of them changed since."""
    done = []
    # In one order everywhere, so that two changes which use the same grants do not wait for each other.
    for each in sorted(change.grant_uses, key=lambda use: (use.before.id, use.before.uses)):
        arguments = {"id": each.before.id, "expected": each.before.uses, "now": each.after.last_used_at}
        done.append(await connection.execute(QUERIES["use_grant"], arguments))
        used = _entry(each.after, Observation.GRANT_USED, change.expected_version, None)
        used = used._replace(
            approval_id=str(change.after.id),
            thread_id=change.after.thread_id,
            detail=detail_text({**grant_detail(each.after), "row": each.row}),
        )
        await _append(connection, used, hasher)
    for grant in change.grants_given:
        done.append(await connection.execute(QUERIES["insert_grant"], _grant_row(grant)))
        given = _entry(grant, Observation.GRANT_GIVEN, change.after.version, change.by)
        await _append(connection, given, hasher)
    for grant in change.grants_revoked:
        done.append(await _revoke(connection, grant))
        revoked = _entry(grant, Observation.GRANT_REVOKED, change.after.version, change.by)
        await _append(connection, revoked, hasher)
    return done


async def _revoke(connection: Connection, revoked: Grant) -> psycopg.AsyncCursor[Any]:
    arguments = {"id": revoked.id, "now": revoked.revoked_at, "by": revoked.revoked_by}
    return await connection.execute(QUERIES["revoke_grant"], arguments)


async def _append(connection: Connection, entry: LedgerEntry, hasher: EntryHasher) -> None:
    await connection.execute(QUERIES["append_ledger_entry"], entry_arguments(entry, hasher))


def _entry(grant: Grant, event: Observation, version: int, by: Person | None) -> LedgerEntry:
    """About the approval that it was given with."""
    return LedgerEntry(
        approval_id=str(grant.approval_id),
        thread_id=grant.thread_id,
        version=version,
        event=event.value,
        actor_id=by.id if by else None,
        actor_name=rows.postgres_text(by.name) if by else None,
        detail=detail_text(grant_detail(grant)),
        at=datetime.now(UTC),
    )


def _grant_row(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.id,
        "approval_id": grant.approval_id,
        "thread_id": grant.thread_id,
        "rule_name": rows.postgres_text(grant.rule_name),
        "rule_fingerprint": grant.rule_fingerprint,
        "condition": rows.postgres_text(grant.condition),
        "graph": grant.graph,
        "action": rows.postgres_text(grant.action),
        "scope": grant.scope.value,
        "holder": grant.holder,
        "requester": grant.requester,
        "granted_by": grant.granted_by.id,
        "granted_by_name": rows.postgres_text(grant.granted_by.name),
        "granted_at": grant.granted_at,
        "expires_at": grant.expires_at,
        "max_uses": grant.max_uses,
    }


def grant_from(row: Mapping[str, Any]) -> Grant:
    return Grant(
        id=row["id"],
        approval_id=row["approval_id"],
        thread_id=row["thread_id"],
        rule_name=row["rule_name"],
        rule_fingerprint=row["rule_fingerprint"],
        condition=row["condition"],
        graph=row["graph"],
        action=row["action"],
        scope=GrantScope(row["scope"]),
        holder=row["holder"],
        requester=row["requester"],
        granted_by=Person(id=row["granted_by"], name=row["granted_by_name"], standing=Standing.MEMBER),
        granted_at=row["granted_at"],
        expires_at=row["expires_at"],
        max_uses=row["max_uses"],
        uses=row["uses"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
        revoked_by=row["revoked_by"],
    )
