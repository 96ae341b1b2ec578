"""What happened around a reply, which tells whether it still means what it meant: the ReplyStore port."""

from collections.abc import Mapping
from uuid import UUID

from countersign.approvals.json import Json
from countersign.error_translation import translates_errors
from countersign.flow.messages.inbound import Inbound
from countersign.flow.thread import ThreadRef
from countersign.store.columns import rows
from countersign.store.connections.pool import Pool, fetch, fetch_one


@translates_errors
class ReplyHistory:
    def __init__(self, pool: Pool, team: str | None = None) -> None:
        """`team` is the only workspace whose messages it gives out; without it, those of all."""
        self._pool = pool
        self._team = team

    async def message(self, key: str) -> Inbound | None:
        row = await fetch_one(self._pool, "inbound_by_key", {"key": key, "team": self._team})
        return rows.inbound_from(row) if row else None

    async def graph_posted_between(self, thread: ThreadRef, after: str, before: str) -> bool:
        arguments = {
            "team": thread.team,
            "channel": thread.channel,
            "thread_ts": thread.ts,
            "after": after,
            "before": before,
        }
        row = await fetch_one(self._pool, "graph_posted_between", arguments)
        return row is not None and bool(row["found"])

    async def graph_said_before(self, thread: ThreadRef, card: str) -> tuple[Json, ...]:
        arguments = {
            "team": thread.team,
            "channel": thread.channel,
            "thread_ts": thread.ts,
            "thread_id": thread.id,
            "card": card,
        }
        return tuple(row["body"] for row in await fetch(self._pool, "graph_said_before", arguments))

    async def is_noted(self, key: str) -> bool:
        return await fetch_one(self._pool, "outgoing_exists", {"key": key}) is not None

    async def was_revised(self, thread: ThreadRef, key: str) -> bool:
        message = {"channel": thread.channel, "ts": key.rpartition("/")[2]}
        if await fetch_one(self._pool, "was_deleted", message) is not None:
            return True
        found = await fetch(self._pool, "revisions", {"thread_id": thread.id})
        return any(message_of(row["body"]) == key for row in found)

    async def decided_by_message(self, thread: ThreadRef, key: str) -> bool:
        found = await fetch(self._pool, "votes_of_thread", {"thread_id": thread.id})
        return any(message_of(row["detail"]) == key for row in found)

    async def was_asked_back(self, thread: ThreadRef, user: str, approval_id: UUID) -> bool:
        arguments = {"thread_id": thread.id, "user": user, "approval_id": approval_id}
        return await fetch_one(self._pool, "was_asked_back", arguments) is not None


def message_of(content: Json) -> Json:
    """The key of the message that a revision or a vote names."""
    return content.get("message") if isinstance(content, Mapping) else None
