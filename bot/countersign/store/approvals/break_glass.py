"""Uses of `break_glass` that nobody has reviewed yet, in PostgreSQL."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from countersign.approvals.audit import EntryHasher, LedgerEntry
from countersign.approvals.audit.entry import detail_text
from countersign.approvals.json import Json
from countersign.approvals.ledger import Observation
from countersign.approvals.person import Person, Standing
from countersign.approvals.votes.break_glass import GlassBreak
from countersign.error_translation import translates_errors
from countersign.flow.messages.outgoing import Outgoing
from countersign.store.approvals.ledger import entry_arguments
from countersign.store.columns import rows
from countersign.store.connections.pool import Pool, fetch, transaction
from countersign.store.encryption.protected_columns import protected_text
from countersign.store.queries import QUERIES


@translates_errors
class BreakGlassStore:
    """Implements `BreakGlassStore` of countersign.flow.ports."""

    def __init__(self, pool: Pool, hasher: EntryHasher | None = None) -> None:
        """`hasher` hashes ledger entries; without one they are hashed without a key."""
        self._pool = pool
        self._hasher = hasher or EntryHasher()

    async def unreviewed(self, team: str, limit: int) -> tuple[GlassBreak, ...]:
        found = await fetch(self._pool, "unreviewed_glass_breaks", {"team": team, "limit": limit})
        return tuple(map(use_from, found))

    async def find(self, use_id: UUID) -> GlassBreak | None:
        found = await fetch(self._pool, "unreviewed_glass_break", {"id": use_id})
        return use_from(found[0]) if found else None

    async def reviewed(
        self, use: GlassBreak, thread_id: str, by: Person, at: datetime, note: str, post: Sequence[Outgoing]
    ) -> bool:
        arguments = {
            "id": use.id,
            "by": by.id,
            "name": rows.postgres_text(by.name),
            "at": at,
            "note": protected_text(rows.postgres_text(note), "note", use.id),
        }
        detail: dict[str, Json] = {"use": str(use.id), "row": use.row, "note": note or None}
        async with transaction(self._pool) as connection:
            cursor = await connection.execute(QUERIES["review_glass_break"], arguments)
            found = await cursor.fetchone()
            if found is None:
                return False
            entry = _entry(use, thread_id, found["version"], Observation.BREAK_GLASS_REVIEWED, by, detail)
            await connection.execute(QUERIES["append_ledger_entry"], entry_arguments(entry, self._hasher))
            for row in post:
                await connection.execute(QUERIES["insert_outgoing"], rows.outgoing_row(row))
        return True

    async def to_remind(self, team: str, before: datetime, limit: int) -> tuple[GlassBreak, ...]:
        arguments = {"team": team, "before": before, "limit": limit}
        return tuple(map(use_from, await fetch(self._pool, "glass_breaks_to_remind", arguments)))

    async def reminded(self, use_id: UUID, at: datetime, post: Sequence[Outgoing]) -> None:
        async with transaction(self._pool) as connection:
            await connection.execute(QUERIES["remind_glass_break"], {"id": use_id, "at": at})
            for row in post:
                await connection.execute(QUERIES["insert_outgoing"], rows.outgoing_row(row))


def use_row(use: GlassBreak) -> dict[str, Any]:
    return {
        "id": use.id,
        "approval_id": use.approval_id,
        "row": use.row,
        "rule": rows.postgres_text(use.rule),
        "by": use.by.id,
        "name": rows.postgres_text(use.by.name),
        "reason": protected_text(rows.postgres_text(use.reason), "reason", use.id),
        "at": use.at,
    }


def use_entry(use: GlassBreak, thread_id: str, version: int) -> LedgerEntry:
    """The ledger's entry of the use, beside that of the decision."""
    detail: dict[str, Json] = {"use": str(use.id), "row": use.row, "rule": use.rule, "reason": use.reason}
    return _entry(use, thread_id, version, Observation.BREAK_GLASS, use.by, detail)


def _entry(
    use: GlassBreak, thread_id: str, version: int, event: Observation, by: Person, detail: Json
) -> LedgerEntry:
    return LedgerEntry(
        approval_id=str(use.approval_id),
        thread_id=thread_id,
        version=version,
        event=event.value,
        actor_id=by.id,
        actor_name=rows.postgres_text(by.name),
        detail=detail_text(detail),
        at=datetime.now(UTC),
    )


def use_from(row: rows.Row) -> GlassBreak:
    return GlassBreak(
        id=row["id"],
        approval_id=row["approval_id"],
        row=row["row"],
        rule=row["rule"],
        by=Person(id=row["by_id"], name=row["by_name"], standing=Standing.MEMBER),
        reason=row["reason"],
        at=row["at"],
    )
