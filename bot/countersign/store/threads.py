"""Threads, their inbound messages and their approvals: the Store port. Each method is one transaction."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from countersign.approvals.approval import Approval
from countersign.approvals.audit import EntryHasher
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Status
from countersign.error_translation import translates_errors
from countersign.flow.errors import StaleWorker
from countersign.flow.messages.inbound import Inbound, InboundKind, in_order
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind, ThreadRoot
from countersign.flow.observability.tracing import current_traceparent
from countersign.flow.review import Review
from countersign.flow.thread import ThreadActivity, ThreadRecord, ThreadRef
from countersign.flow.work import SavedStep, StepResult, Work
from countersign.store.approval_changes import applied, apply
from countersign.store.columns import rows
from countersign.store.connections.pool import Pool, transaction
from countersign.store.posts.outbox_claims import claim_arguments, claimed_messages
from countersign.store.queries import QUERIES

Connection = psycopg.AsyncConnection[Any]
Defer = Callable[[Connection, str], Awaitable[None]]


@translates_errors
class ThreadStore:
    """`defer(connection, thread_id)` enqueues the thread's job, in the connection's transaction."""

    def __init__(
        self,
        pool: Pool,
        defer: Defer,
        hasher: EntryHasher | None = None,
        saved: Callable[[Sequence[Change]], None] = lambda _changes: None,
    ) -> None:
        """`hasher` hashes ledger entries; without one they are hashed without a key.

        `saved` hears of changes of approvals once they are committed.
        """
        self._saved = saved
        self._pool = pool
        self._defer = defer
        self._hasher = hasher or EntryHasher()

    async def accept(self, inbound: Inbound) -> bool:
        try:
            accepted = await self._accepted(inbound)
        except psycopg.errors.ForeignKeyViolation:  # retention deleted the thread at this very moment
            accepted = await self._accepted(inbound)
        if accepted:
            return True
        if inbound.may_open or inbound.kind is not InboundKind.MESSAGE:
            return False
        # The mention that opens the thread may be in flight. It is committed before it looks for this note,
        # and the note before we look for the thread, so that one of the two sees the other.
        async with self._pool.connection() as connection:
            await connection.execute(QUERIES["note_early_reply"], _place(inbound))
        return await self._accepted(inbound)

    async def message(self, key: str) -> Inbound | None:
        async with self._pool.connection() as connection:
            row = await _one(connection, QUERIES["inbound_by_key"], {"key": key})
        return rows.inbound_from(row) if row else None

    async def stops_of(self, thread_ids: frozenset[str]) -> tuple[Inbound, ...]:
        async with self._pool.connection() as connection:
            found = await _all(connection, QUERIES["stops"], {"thread_ids": list(thread_ids)})
        return tuple(rows.inbound_from(row) for row in found)

    async def newly_queued(self) -> tuple[Inbound, ...]:
        async with self._pool.connection() as connection:
            found = await _all(connection, QUERIES["newly_queued"], {})
        first: dict[tuple[str, str], Inbound] = {}
        for row in sorted(found, key=lambda row: row["seq"]):
            if row["is_first"]:
                first.setdefault((row["thread_id"], row["user_id"]), rows.inbound_from(row))
        return tuple(first.values())

    async def revisions(self, inbound: Inbound) -> tuple[Inbound, ...]:
        arguments = {"thread_id": inbound.thread.id, "message": inbound.key}
        async with self._pool.connection() as connection:
            found = await _all(connection, QUERIES["revisions"], arguments)
        return tuple(rows.inbound_from(row) for row in found)

    async def activity(self, thread_id: str) -> ThreadActivity:
        async with self._pool.connection() as connection:
            row = await _one(connection, QUERIES["thread_activity"], {"thread_id": thread_id})
        return ThreadActivity(works=bool(row and row["works"]), waits=bool(row and row["waits"]))

    async def working_threads(self, team: str, channel: str) -> tuple[ThreadRef, ...]:
        async with self._pool.connection() as connection:
            found = await _all(connection, QUERIES["working_threads"], {"place": f"{team}/{channel}/%"})
        return tuple(ThreadRef.parse(row["thread_id"]) for row in found)

    async def overtaken(self, mention: Inbound) -> bool:
        async with self._pool.connection() as connection:
            return await _one(connection, QUERIES["later_early_reply"], _place(mention)) is not None

    async def start_text(self, channel: str, thread_ts: str, ts: str) -> str | None:
        place = {"channel": channel, "thread_ts": thread_ts, "ts": ts}
        async with self._pool.connection() as connection:
            row = await _one(connection, QUERIES["start_text"], place)
        return str(row["text"]) if row and row["text"] else None

    async def _accepted(self, inbound: Inbound) -> bool:
        async with transaction(self._pool) as connection:
            accepted = await insert_inbound(connection, inbound)
            if accepted:
                await self._defer(connection, inbound.thread.id)
            return accepted

    async def accept_root(self, opening: ThreadRoot) -> bool:
        body: dict[str, Json] = {
            "text": opening.text,
            "user": opening.user,
            "response_url": opening.response_url,
        }
        if opening.values is not None:
            body["values"] = opening.values
        row = Outgoing(
            key=opening.key,
            kind=OutgoingKind.ROOT,
            team=opening.team,
            channel=opening.channel,
            thread_ts=opening.thread_ts,
            body=body,
        )
        async with self._pool.connection() as connection:
            cursor = await connection.execute(QUERIES["insert_outgoing"], rows.outgoing_row(row))
            return cursor.rowcount == 1

    async def thread_state(self, thread_id: str) -> tuple[str | None, bool]:
        async with self._pool.connection() as connection:
            row = await _one(connection, QUERIES["thread_state"], {"thread_id": thread_id})
        return (row["graph"], bool(row["waits"])) if row else (None, False)

    async def work(self, thread_id: str) -> Work | None:
        key = {"thread_id": thread_id}
        # Pipelined: asking whether there is work takes as long as fetching it.
        async with self._pool.connection() as connection, connection.pipeline():
            taking = await connection.execute(QUERIES["begin_attempt"], key)
            reading = await connection.execute(QUERIES["open_approvals"], key)
            listing = await connection.execute(QUERIES["pending_inbound"], key)
            taken = await taking.fetchone()
            approvals, inbound = await reading.fetchall(), await listing.fetchall()
        if taken is None:
            return None
        return Work(
            thread=rows.thread_from(taken),
            open=await _reviews(approvals),
            inbound=in_order(rows.inbound_from(row) for row in inbound if row["held_at"] is None),
            held=in_order(rows.inbound_from(row) for row in inbound if row["held_at"] is not None),
        )

    async def assign_graph(self, thread: ThreadRecord) -> None:
        arguments = {"thread_id": thread.ref.id, "graph": thread.graph, "fence": thread.fence}
        async with self._pool.connection() as connection:
            if await _one(connection, QUERIES["assign_graph"], arguments) is None:
                raise StaleWorker

    async def save_step(self, result: StepResult, *, claim: bool = False) -> SavedStep:
        thread = result.thread
        claiming = None
        async with transaction(self._pool) as connection:
            # Before the outbox, whose cards reference the approvals that are inserted here.
            applying = [await apply(connection, change, self._hasher) for change in result.changes]
            await applied([done for changed in applying for done in changed])
            for row in result.post:
                await connection.execute(QUERIES["insert_outgoing"], rows.outgoing_row(row))
            if claim and result.post:
                claiming = await connection.execute(
                    QUERIES["claim_thread"], claim_arguments(thread.ref.channel, thread.ref.ts)
                )
            if result.error:
                await connection.execute(
                    QUERIES["insert_run_error"], rows.run_error_row(result.error, thread.ref)
                )
            if result.done:
                await connection.execute(QUERIES["mark_done"], {"keys": list(result.done)})
            if result.parked:
                await connection.execute(QUERIES["park"], {"keys": list(result.parked)})
            if result.changes:
                releasing = {"thread_id": thread.ref.id, "asks": bool(result.opened)}
                await connection.execute(QUERIES["release_kept"], releasing)
            if result.held:
                await connection.execute(QUERIES["keep_for_later"], {"keys": list(result.held)})
            if result.asked_back:
                await connection.execute(QUERIES["mark_asked_back"], {"keys": list(result.asked_back)})
            if result.forget_parked:
                await connection.execute(QUERIES["forget_parked"], {"thread_id": thread.ref.id})
            if result.unpark:
                await connection.execute(QUERIES["unpark"], {"thread_id": thread.ref.id})
            saving = await connection.execute(
                QUERIES["save_thread"],
                {
                    "thread_id": thread.ref.id,
                    "fence": thread.fence,
                    "graph": thread.graph,
                    "last_posted_key": thread.last_posted_key,
                    "halted": thread.halted,
                    "early_keys": list(thread.early_keys),
                    "requester": thread.requester,
                },
            )
            saved = await saving.fetchone()
            if saved is None:
                raise StaleWorker
            claimed = await claiming.fetchall() if claiming else ()
        self._saved(result.changes)
        return SavedStep(more=bool(saved["more"]), claimed=claimed_messages(claimed))

    async def graph_posted_between(self, thread: ThreadRef, after: str, before: str) -> bool:
        arguments = {"channel": thread.channel, "thread_ts": thread.ts, "after": after, "before": before}
        async with self._pool.connection() as connection:
            row = await _one(connection, QUERIES["graph_posted_between"], arguments)
        return row is not None and bool(row["found"])

    async def graph_said_before(self, thread: ThreadRef, card: str) -> tuple[Json, ...]:
        arguments = {
            "channel": thread.channel,
            "thread_ts": thread.ts,
            "thread_id": thread.id,
            "card": card,
        }
        async with self._pool.connection() as connection:
            return tuple(
                row["body"] for row in await _all(connection, QUERIES["graph_said_before"], arguments)
            )

    async def is_noted(self, key: str) -> bool:
        async with self._pool.connection() as connection:
            return await _one(connection, QUERIES["outgoing_exists"], {"key": key}) is not None

    async def was_revised(self, thread: ThreadRef, key: str) -> bool:
        arguments = {
            "thread_id": thread.id,
            "message": key,
            "channel": thread.channel,
            "ts": key.rpartition("/")[2],
        }
        async with self._pool.connection() as connection:
            return await _one(connection, QUERIES["was_revised"], arguments) is not None

    async def decided_by_message(self, thread: ThreadRef, key: str) -> bool:
        arguments = {"thread_id": thread.id, "message": key}
        async with self._pool.connection() as connection:
            return await _one(connection, QUERIES["decided_by_message"], arguments) is not None

    async def was_asked_back(self, thread: ThreadRef, user: str, approval_id: UUID) -> bool:
        arguments = {"thread_id": thread.id, "user": user, "approval_id": approval_id}
        async with self._pool.connection() as connection:
            return await _one(connection, QUERIES["was_asked_back"], arguments) is not None

    async def undo_attempt(self, thread: ThreadRecord) -> None:
        arguments = {"thread_id": thread.ref.id, "fence": thread.fence}
        async with self._pool.connection() as connection:
            await connection.execute(QUERIES["undo_attempt"], arguments)

    async def approval(self, approval_id: UUID) -> Review | None:
        async with self._pool.connection() as connection:
            row = await _one(connection, QUERIES["approval"], {"id": approval_id})
        return await Review(rows.approval_from(row)).parsed() if row else None

    async def decide(self, change: Change, post: Sequence[Outgoing] = ()) -> None:
        after = change.after
        async with transaction(self._pool) as connection:
            applying = await apply(connection, change, self._hasher)
            for row in post:
                await connection.execute(QUERIES["insert_outgoing"], rows.outgoing_row(row))
            if after.status is Status.DECIDED and not after.is_undoable:
                await self._defer(connection, after.thread_id)
            await applied(applying)
        self._saved((change,))

    async def tell(self, posts: Sequence[Outgoing]) -> None:
        async with transaction(self._pool) as connection:
            for row in posts:
                await connection.execute(QUERIES["insert_outgoing"], rows.outgoing_row(row))

    async def last_decided(self, thread_id: str) -> tuple[Approval, ...]:
        async with self._pool.connection() as connection:
            found = await _all(connection, QUERIES["last_decided"], {"thread_id": thread_id})
        return tuple(rows.approval_from(row) for row in found)

    async def due_approvals(self, now: datetime, limit: int) -> tuple[UUID, ...]:
        async with self._pool.connection() as connection:
            found = await _all(connection, QUERIES["due_approvals"], {"now": now, "limit": limit})
        return tuple(row["id"] for row in found)

    async def reschedule(self, approval: Approval) -> None:
        arguments = {"id": approval.id, "version": approval.version, "due_at": approval.due_at}
        async with self._pool.connection() as connection:
            await connection.execute(QUERIES["reschedule"], arguments)

    async def postpone_timer(self, approval_id: UUID, now: datetime, until: datetime) -> None:
        arguments = {"id": approval_id, "now": now, "due_at": until}
        async with self._pool.connection() as connection:
            await connection.execute(QUERIES["postpone_timer"], arguments)

    async def waiting(self, team: str, channels: Sequence[str] | None, limit: int) -> tuple[Review, ...]:
        arguments = {"team": team, "channels": None if channels is None else list(channels), "limit": limit}
        async with self._pool.connection() as connection:
            found = await _all(connection, QUERIES["pending_approvals"], arguments)
        return await _reviews(found)

    async def requeue_orphaned(self, limit: int = 100) -> tuple[str, ...]:
        """Enqueue a job for each thread that has something to do and no job. Returns their ids."""
        async with transaction(self._pool) as connection:
            found = await _all(connection, QUERIES["threads_without_job"], {"limit": limit})
            for row in found:
                await self._defer(connection, row["id"])
        return tuple(row["id"] for row in found)


async def insert_inbound(connection: Connection, inbound: Inbound) -> bool:
    """Insert an inbox row; False for a duplicate, and for a reply in a thread that is not ours."""
    arguments = {
        **rows.inbound_row(inbound),
        "may_open": inbound.may_open,
        "traceparent": current_traceparent(),
    }
    return await _one(connection, QUERIES["insert_inbound"], arguments) is not None


def _place(inbound: Inbound) -> dict[str, Any]:
    return {"thread_id": inbound.thread.id, "ts": inbound.ts}


async def _one(connection: Connection, query: LiteralString, arguments: Any) -> rows.Row | None:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, arguments)
        return await cursor.fetchone()


async def _all(connection: Connection, query: LiteralString, arguments: Any) -> list[dict[str, Any]]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, arguments)
        return await cursor.fetchall()


async def _reviews(found: Iterable[rows.Row]) -> tuple[Review, ...]:
    return tuple([await Review(rows.approval_from(row)).parsed() for row in found])
