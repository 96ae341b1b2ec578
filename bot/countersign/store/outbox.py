"""The transactional outbox: messages to post, claimed by one process at a time."""

from uuid import UUID

from countersign.error_translation import translates_errors
from countersign.flow.inbound import Inbound, InboundKind
from countersign.flow.outgoing import Outgoing, OutgoingKind
from countersign.flow.thread import ThreadRef
from countersign.flow.work import DeliveryTarget
from countersign.store import rows
from countersign.store.outbox_claims import CLAIM_SECONDS, claim_arguments, claimed_messages
from countersign.store.pool import Pool, fetch, run, transaction
from countersign.store.queries import QUERIES
from countersign.store.threads import Defer, insert_inbound


@translates_errors
class Outbox:
    def __init__(self, pool: Pool, defer: Defer) -> None:
        self._pool = pool
        self._defer = defer

    async def claim_thread(self, channel: str, thread_ts: str) -> tuple[Outgoing, ...]:
        return claimed_messages(await fetch(self._pool, "claim_thread", claim_arguments(channel, thread_ts)))

    async def claim_one(self, key: str) -> Outgoing | None:
        found = await fetch(self._pool, "claim_one", {"key": key, "claim": CLAIM_SECONDS})
        return rows.outgoing_from(found[0]) if found else None

    async def due(self, limit: int) -> tuple[DeliveryTarget, ...]:
        found = await fetch(self._pool, "due_threads", {"limit": limit})
        return tuple(
            DeliveryTarget(channel=row["channel"], thread_ts=row["thread_ts"], key=row["key"])
            for row in found
        )

    async def posted(self, row: Outgoing, ts: str, rendered_version: int) -> None:
        async with transaction(self._pool) as connection:
            # The approval before the outbox row, as in `card_seen`: the other order would deadlock with it.
            if row.approval_id is not None:
                await connection.execute(
                    QUERIES["card_posted"],
                    {"approval_id": row.approval_id, "ts": ts, "rendered_version": rendered_version},
                )
            marking = await connection.execute(QUERIES["mark_posted"], {"key": row.key, "ts": ts})
            if row.kind is OutgoingKind.ROOT and await marking.fetchone() is not None:
                inbound = _first_message(row, ts)
                if await insert_inbound(connection, inbound):
                    await self._defer(connection, inbound.thread.id)

    async def card_seen(self, approval_id: UUID, ts: str) -> None:
        arguments = {"approval_id": approval_id, "ts": ts}
        async with transaction(self._pool) as connection:
            seeing = await connection.execute(QUERIES["card_seen"], arguments)
            if await seeing.fetchone() is not None:
                await connection.execute(QUERIES["card_row_posted"], arguments)

    async def postpone(self, row: Outgoing, seconds: float, error: str) -> None:
        await run(
            self._pool,
            "postpone",
            {
                "key": row.key,
                "channel": row.channel,
                "thread_ts": row.thread_ts,
                "seconds": seconds,
                "error": error,
            },
        )

    async def give_up(self, row: Outgoing, error: str) -> None:
        await run(self._pool, "give_up", {"key": row.key, "error": error})

    async def stale_cards(self, limit: int) -> tuple[UUID, ...]:
        return tuple(row["id"] for row in await fetch(self._pool, "stale_cards", {"limit": limit}))

    async def card_rendered(self, approval_id: UUID, version: int) -> int | None:
        found = await fetch(self._pool, "card_rendered", {"approval_id": approval_id, "version": version})
        return int(found[0]["version"]) if found else None


def _first_message(row: Outgoing, ts: str) -> Inbound:
    """The inbound message of `/agent`, once its root message was posted."""
    assert isinstance(row.body, dict)
    return Inbound(
        key=f"message:{row.team}/{row.channel}/{ts}",
        kind=InboundKind.MESSAGE,
        thread=ThreadRef(team=row.team, channel=row.channel, ts=ts),
        user=str(row.body["user"]),
        text=str(row.body["text"]),
        ts=ts,
    )
