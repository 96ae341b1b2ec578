"""The transactional outbox: messages to post, claimed by one process at a time."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from countersign.approvals.approval import Approval
from countersign.approvals.audit import EntryHasher
from countersign.approvals.audit.shown_version import ShownAs
from countersign.approvals.lifecycle import Phase
from countersign.error_translation import translates_errors
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind, card
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.flow.work import ApprovalMessage, DeliveryTarget
from countersign.store.approvals.ledger import shown_arguments
from countersign.store.columns import rows
from countersign.store.connections.pool import Pool, fetch, run, transaction
from countersign.store.posts.outbox_claims import (
    CLAIM_SECONDS,
    KNOWN_KINDS,
    claim_arguments,
    claimed_messages,
)
from countersign.store.queries import QUERIES
from countersign.store.threads.thread_store import inbound_arguments


@translates_errors
class Outbox:
    def __init__(self, pool: Pool, hasher: EntryHasher | None = None, team: str | None = None) -> None:
        """`hasher` hashes ledger entries; without one they are hashed without a key.

        `team` is the only workspace whose messages it gives out; without it, those of all.
        """
        self._team = team
        self._pool = pool
        self._hasher = hasher or EntryHasher()

    async def claim_thread(self, channel: str, thread_ts: str) -> tuple[Outgoing, ...]:
        arguments = claim_arguments(self._team, channel, thread_ts)
        return claimed_messages(await fetch(self._pool, "claim_thread", arguments))

    async def claim_one(self, key: str) -> Outgoing | None:
        arguments = {"key": key, "claim": CLAIM_SECONDS, "kinds": KNOWN_KINDS}
        found = await fetch(self._pool, "claim_one", arguments)
        return rows.outgoing_from(found[0]) if found else None

    async def due(self, limit: int) -> tuple[DeliveryTarget, ...]:
        arguments = {"limit": limit, "team": self._team, "kinds": KNOWN_KINDS}
        found = await fetch(self._pool, "due_threads", arguments)
        return tuple(
            DeliveryTarget(channel=row["channel"], thread_ts=row["thread_ts"], key=row["key"])
            for row in found
        )

    async def posted(self, row: Outgoing, ts: str, shows: Approval | None = None) -> None:
        if row.kind is OutgoingKind.ROOT:
            await self._root_posted(row, ts)
        elif row.approval_id is None:
            await run(self._pool, "mark_posted", {"key": row.key, "ts": ts})
        elif row.kind is OutgoingKind.CARD:
            arguments = self._card_posted(row.approval_id, row.channel, ts, shows)
            await run(self._pool, "card_posted", {**arguments, "key": row.key})
        else:
            await self._message_posted(row, ts, shows)

    async def _root_posted(self, row: Outgoing, ts: str) -> None:
        async with transaction(self._pool) as connection:
            marking = await connection.execute(QUERIES["mark_posted"], {"key": row.key, "ts": ts})
            if await marking.fetchone() is None:
                return
            await connection.execute(QUERIES["accept_inbound"], inbound_arguments(_first_message(row, ts)))

    async def _message_posted(self, row: Outgoing, ts: str, shows: Approval | None) -> None:
        phase = shows.phase if shows is not None else Phase.OPEN
        pointer = shows if row.kind is OutgoingKind.POINTER else None
        arguments = {
            **self._shown(pointer, ShownAs.POINTER, row.channel, ts),
            **rows.outgoing_row(row),
            "ts": ts,
            "shows": phase.value,
        }
        async with transaction(self._pool) as connection:
            # The approval before the outbox row, as in `card_seen`: the other order would deadlock with it.
            await connection.execute(QUERIES["message_posted"], arguments)
            await connection.execute(QUERIES["mark_posted"], {"key": row.key, "ts": ts})

    async def card_seen(self, approval_id: UUID, ts: str) -> None:
        arguments = {"approval_id": approval_id, "ts": ts}
        async with transaction(self._pool) as connection:
            seeing = await connection.execute(QUERIES["card_seen"], arguments)
            found = await seeing.fetchone()
            if found is None:
                return
            approval = rows.approval_from(found)
            if approval.version == 1:  # later ones may not be what this message shows
                arguments = self._card_posted(approval.id, approval.channel, ts, approval)
                await connection.execute(QUERIES["card_posted"], {**arguments, "key": None})
            await connection.execute(QUERIES["card_row_posted"], arguments)

    def _card_posted(
        self, approval_id: UUID, channel: str, ts: str, shows: Approval | None
    ) -> dict[str, Any]:
        return {
            **self._shown(shows, ShownAs.CARD, channel, ts),
            "approval_id": approval_id,
            "ts": ts,
            "rendered_version": shows.version if shows is not None else 0,
        }

    def _shown(self, shows: Approval | None, shown_as: ShownAs, channel: str, ts: str) -> dict[str, Any]:
        return shown_arguments(shows, shown_as, channel, ts, self._hasher)

    async def postpone(self, row: Outgoing, seconds: float, error: str) -> None:
        await run(self._pool, "postpone", _postponed(row, seconds, error))

    async def postpone_untried(self, row: Outgoing, seconds: float, error: str) -> None:
        await run(self._pool, "postpone_untried", _postponed(row, seconds, error))

    async def give_up(self, row: Outgoing, error: str) -> None:
        await run(self._pool, "give_up", {"key": row.key, "error": error})

    async def stale_cards(self, limit: int) -> tuple[UUID, ...]:
        found = await fetch(self._pool, "stale_cards", {"limit": limit, "team": self._team})
        return tuple(row["id"] for row in found)

    async def card_rendered(self, shows: Approval) -> int | None:
        return await self._card_is_done(shows, shown=shows)

    async def card_refused(self, approval: Approval) -> int | None:
        return await self._card_is_done(approval, shown=None)

    async def _card_is_done(self, approval: Approval, *, shown: Approval | None) -> int | None:
        arguments = {
            **self._shown(shown, ShownAs.CARD, approval.channel, approval.card_ts or ""),
            "approval_id": approval.id,
            "version": approval.version,
        }
        found = await fetch(self._pool, "card_rendered", arguments)
        return int(found[0]["version"]) if found else None

    async def move_card_to_thread(self, review: Review, note: Outgoing) -> bool:
        approval = review.approval
        moved = replace(card(review.thread, approval), key=f"card-moved:{approval.id}")
        async with transaction(self._pool) as connection:
            moving = await connection.execute(QUERIES["move_card_to_thread"], {"approval_id": approval.id})
            if await moving.fetchone() is None:
                return False
            await connection.execute(QUERIES["give_up_moved_card"], {"approval_id": approval.id})
            for row in (moved, note):
                await connection.execute(QUERIES["insert_outgoing"], rows.outgoing_row(row))
        return True

    async def outdated_messages(self, approval_id: UUID) -> tuple[ApprovalMessage, ...]:
        found = await fetch(self._pool, "outdated_messages", {"approval_id": approval_id})
        return tuple(
            ApprovalMessage(
                key=row["key"],
                kind=rows.known(OutgoingKind, row["kind"]),
                approval_id=approval_id,
                channel=row["channel"],
                ts=row["ts"],
                body=row["body"],
            )
            for row in found
        )

    async def approvals_with_outdated_messages(self, limit: int) -> tuple[UUID, ...]:
        arguments = {"limit": limit, "team": self._team}
        found = await fetch(self._pool, "approvals_with_outdated_messages", arguments)
        return tuple(row["approval_id"] for row in found)

    async def message_updated(self, message: ApprovalMessage, shows: Approval) -> None:
        points = message.kind is OutgoingKind.POINTER and shows.phase is Phase.OPEN
        entry = self._shown(shows if points else None, ShownAs.POINTER, message.channel, message.ts)
        arguments = {**entry, "key": message.key, "shows": shows.phase.value}
        await run(self._pool, "message_updated", arguments)


def _first_message(row: Outgoing, ts: str) -> Inbound:
    """What `/agent` or a shortcut begins with, once its message was posted."""
    assert isinstance(row.body, dict)
    values = row.body.get("values")
    return Inbound(
        key=f"message:{row.team}/{row.channel}/{ts}",
        kind=InboundKind.MESSAGE if values is None else InboundKind.FORM,
        thread=ThreadRef(team=row.team, channel=row.channel, ts=row.thread_ts or ts),
        user=str(row.body["user"]),
        text=str(row.body["text"]),
        body=values,
        ts=ts,
    )


def _postponed(row: Outgoing, seconds: float, error: str) -> dict[str, Any]:
    return {
        "key": row.key,
        "team": row.team,
        "channel": row.channel,
        "thread_ts": row.thread_ts,
        "seconds": seconds,
        "error": error,
    }
