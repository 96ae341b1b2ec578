"""Approvals as they are read, decided and timed: the TimerStore port, and a part of the Store port."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from countersign.approvals.approval import Approval
from countersign.approvals.audit import EntryHasher
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Status
from countersign.error_translation import translates_errors
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.review import Review
from countersign.store.approvals.approval_changes import applied, apply
from countersign.store.columns import rows
from countersign.store.connections.pool import Pool, fetch, fetch_one, run, transaction
from countersign.store.queries import QUERIES


@translates_errors
class ApprovalStore:
    """Each method is one transaction: a decision is saved together with the job that resumes the graph."""

    def __init__(
        self,
        pool: Pool,
        hasher: EntryHasher | None = None,
        saved: Callable[[Sequence[Change]], None] = lambda _changes: None,
        team: str | None = None,
    ) -> None:
        """`hasher` hashes ledger entries; without one they are hashed without a key.

        `saved` is called with committed changes of approvals. `team` is the only workspace whose
        approvals and messages it gives out; without it, those of all.
        """
        self._team = team
        self._saved = saved
        self._pool = pool
        self._hasher = hasher or EntryHasher()

    async def approval(self, approval_id: UUID) -> Review | None:
        row = await fetch_one(self._pool, "approval", {"id": approval_id, "team": self._team})
        return await Review(rows.approval_from(row)).parsed() if row else None

    async def decide(self, change: Change, post: Sequence[Outgoing] = ()) -> None:
        after = change.after
        async with transaction(self._pool) as connection:
            applying = await apply(connection, change, self._hasher)
            for row in post:
                await connection.execute(QUERIES["insert_outgoing"], rows.outgoing_row(row))
            if after.status is Status.DECIDED and not after.is_undoable:
                await connection.execute(QUERIES["enqueue"], {"thread_id": after.thread_id})
            await applied(applying)
        self._saved((change,))

    async def enqueue_posts(self, posts: Sequence[Outgoing]) -> None:
        async with transaction(self._pool) as connection:
            for row in posts:
                await connection.execute(QUERIES["insert_outgoing"], rows.outgoing_row(row))

    async def closed_reviews(self, thread_id: str) -> tuple[Review, ...]:
        found = await fetch(self._pool, "closed_approvals", {"thread_id": thread_id})
        return await rows.reviews_from(found)

    async def last_decided(self, thread_id: str) -> tuple[Approval, ...]:
        found = await fetch(self._pool, "last_decided", {"thread_id": thread_id})
        return tuple(rows.approval_from(row) for row in found)

    async def due_approvals(self, now: datetime, limit: int) -> tuple[UUID, ...]:
        arguments = {"now": now, "limit": limit, "team": self._team}
        found = await fetch(self._pool, "due_approvals", arguments)
        return tuple(row["id"] for row in found)

    async def reschedule(self, approval: Approval) -> None:
        arguments = {"id": approval.id, "version": approval.version, "due_at": approval.due_at}
        await run(self._pool, "reschedule", arguments)

    async def postpone_timer(self, approval_id: UUID, now: datetime, until: datetime) -> None:
        arguments = {"id": approval_id, "now": now, "due_at": until}
        await run(self._pool, "postpone_timer", arguments)

    async def waiting(self, team: str, channels: Sequence[str] | None, limit: int) -> tuple[Review, ...]:
        arguments = {"team": team, "channels": None if channels is None else list(channels), "limit": limit}
        found = await fetch(self._pool, "pending_approvals", arguments)
        return await rows.reviews_from(found)
