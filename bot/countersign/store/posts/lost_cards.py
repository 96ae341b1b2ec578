"""Cards whose message is gone: recorded, and posted again the first time."""

from datetime import UTC, datetime
from typing import Any

from countersign.approvals.audit import EntryHasher
from countersign.approvals.audit.entry import LedgerEntry, detail_text
from countersign.approvals.ledger import Observation
from countersign.error_translation import translates_errors
from countersign.flow.messages.outgoing import MAX_AUTOMATIC_CARDS, card_again, card_gone_note
from countersign.flow.thread import ThreadRef
from countersign.store.approvals.ledger import entry_arguments
from countersign.store.columns import rows
from countersign.store.connections.pool import Pool, fetch, run, transaction
from countersign.store.queries import QUERIES


@translates_errors
class LostCards:
    """Implements `LostCards` of countersign.flow.ports."""

    def __init__(self, pool: Pool, hasher: EntryHasher | None = None) -> None:
        self._pool = pool
        self._hasher = hasher or EntryHasher()

    async def card_lost(self, team: str, channel: str, ts: str, why: str) -> ThreadRef | None:
        # Committed before the card is looked for; a card's ts is before `lost_unrecorded` looks for this.
        await run(self._pool, "note_deleted_message", {"channel": channel, "ts": ts})
        return await self._take_away(team, channel, ts, why)

    async def lost_unrecorded(self, team: str, channel: str, ts: str) -> ThreadRef | None:
        place = {"channel": channel, "ts": ts}
        if not await fetch(self._pool, "message_was_deleted", place):
            return None
        return await self._take_away(team, channel, ts, "deleted")

    async def _take_away(self, team: str, channel: str, ts: str, why: str) -> ThreadRef | None:
        arguments = {"team": team, "ts": ts, "channel": channel, "place": f"{team}/{channel}/%"}
        async with transaction(self._pool) as connection:
            taking = await connection.execute(QUERIES["take_card_away"], arguments)
            found = await taking.fetchone()
            if found is None:
                return None
            ref = ThreadRef.parse(found["thread_id"])
            again = found["card_losses"] < MAX_AUTOMATIC_CARDS
            entry = self._entry(found, {"why": why, "message_ts": ts, "posted_again": again})
            await connection.execute(QUERIES["append_ledger_entry"], entry)
            row = (
                card_again(ref, found["id"], found["card_losses"])
                if again
                else card_gone_note(ref, found["id"], found["card_losses"])
            )
            await connection.execute(QUERIES["insert_outgoing"], rows.outgoing_row(row))
            return ref

    def _entry(self, approval: rows.Row, detail: dict[str, Any]) -> dict[str, Any]:
        entry = LedgerEntry(
            approval_id=str(approval["id"]),
            thread_id=approval["thread_id"],
            version=approval["version"],
            event=Observation.CARD_DELETED.value,
            actor_id=None,
            actor_name=None,
            detail=detail_text(detail),
            at=datetime.now(UTC),
        )
        return entry_arguments(entry, self._hasher)
