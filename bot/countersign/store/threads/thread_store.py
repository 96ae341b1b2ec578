"""Threads, their inbound messages and the results of their steps, beside their approvals: the Store port."""

from collections.abc import Sequence
from typing import Any

import psycopg

from countersign.approvals.json import Json
from countersign.approvals.policy.stored import UnreadableRule
from countersign.error_translation import translates_errors
from countersign.flow.errors import StaleWorker, WrittenByNewerVersion
from countersign.flow.messages.inbound import Inbound, InboundKind, in_order
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind, ThreadRoot
from countersign.flow.observability.tracing import current_traceparent
from countersign.flow.thread import ThreadActivity, ThreadRecord, ThreadRef
from countersign.flow.work import SavedStep, StepResult, Work
from countersign.store.approvals.approval_changes import applied, apply
from countersign.store.approvals.approval_store import ApprovalStore
from countersign.store.columns import rows
from countersign.store.connections.pool import fetch, fetch_one, run, transaction
from countersign.store.posts.outbox_claims import claim_arguments, claimed_messages
from countersign.store.queries import QUERIES
from countersign.store.threads.reply_history import ReplyHistory, message_of


@translates_errors
class ThreadStore(ApprovalStore, ReplyHistory):
    """The Store port: each method is one transaction."""

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
        await run(self._pool, "note_early_reply", _place(inbound))
        return await self._accepted(inbound)

    async def stops_of(self, thread_ids: frozenset[str]) -> tuple[Inbound, ...]:
        found = await fetch(self._pool, "stops", {"thread_ids": list(thread_ids)})
        return tuple(rows.inbound_from(row) for row in found)

    async def newly_queued(self) -> tuple[Inbound, ...]:
        found = await fetch(self._pool, "newly_queued", {})
        first: dict[tuple[str, str], Inbound] = {}
        for row in sorted(found, key=lambda row: row["seq"]):
            if row["is_first"]:
                first.setdefault((row["thread_id"], row["user_id"]), rows.inbound_from(row))
        return tuple(first.values())

    async def revisions(self, inbound: Inbound) -> tuple[Inbound, ...]:
        found = await fetch(self._pool, "revisions", {"thread_id": inbound.thread.id})
        return tuple(rows.inbound_from(row) for row in found if message_of(row["body"]) == inbound.key)

    async def activity(self, thread_id: str) -> ThreadActivity:
        row = await fetch_one(self._pool, "thread_activity", {"thread_id": thread_id})
        return ThreadActivity(works=bool(row and row["works"]), waits=bool(row and row["waits"]))

    async def working_threads(self, team: str, channel: str) -> tuple[ThreadRef, ...]:
        found = await fetch(self._pool, "working_threads", {"place": f"{team}/{channel}/%"})
        return tuple(ThreadRef.parse(row["thread_id"]) for row in found)

    async def overtaken(self, mention: Inbound) -> bool:
        return await fetch_one(self._pool, "later_early_reply", _place(mention)) is not None

    async def start_text(self, channel: str, thread_ts: str, ts: str) -> str | None:
        place = {"team": self._team, "channel": channel, "thread_ts": thread_ts, "ts": ts}
        row = await fetch_one(self._pool, "start_text", place)
        text = row["body"].get("text") if row and isinstance(row["body"], dict) else None
        return str(text) if text else None

    async def _accepted(self, inbound: Inbound) -> bool:
        return bool(await fetch(self._pool, "accept_inbound", inbound_arguments(inbound)))

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
        row = await fetch_one(self._pool, "thread_state", {"thread_id": thread_id})
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
        thread = rows.thread_from(taken)
        try:
            return Work(
                thread=thread,
                open=await rows.reviews_from(approvals),
                inbound=in_order(rows.inbound_from(row) for row in inbound if row["held_at"] is None),
                held=in_order(rows.inbound_from(row) for row in inbound if row["held_at"] is not None),
            )
        except (WrittenByNewerVersion, UnreadableRule):
            await self.undo_attempt(thread)
            raise

    async def assign_graph(self, thread: ThreadRecord) -> None:
        arguments = {"thread_id": thread.ref.id, "graph": thread.graph, "fence": thread.fence}
        if await fetch_one(self._pool, "assign_graph", arguments) is None:
            raise StaleWorker

    async def save_step(self, result: StepResult, *, claim: bool = False) -> SavedStep:
        thread = result.thread
        claiming = None
        async with transaction(self._pool) as connection:
            applying = [await apply(connection, change, self._hasher) for change in result.changes]
            changed = [done for each in applying for done in each]
            if result.opened:  # their cards reference approvals that may not have been inserted
                await applied(changed)
                changed = []
            for row in result.post:
                await connection.execute(QUERIES["insert_outgoing"], rows.outgoing_row(row))
            if claim and result.post:
                arguments = claim_arguments(thread.ref.team, thread.ref.channel, thread.ref.ts)
                claiming = await connection.execute(QUERIES["claim_thread"], arguments)
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
            await applied(changed)
            saved = await saving.fetchone()
            if saved is None:
                raise StaleWorker
            claimed = await claiming.fetchall() if claiming else ()
        self._saved(result.changes)
        return SavedStep(more=bool(saved["more"]), claimed=claimed_messages(claimed))

    async def undo_attempt(self, thread: ThreadRecord) -> None:
        arguments = {"thread_id": thread.ref.id, "fence": thread.fence}
        await run(self._pool, "undo_attempt", arguments)

    async def requeue_orphaned(self, limit: int = 100, teams: Sequence[str] | None = None) -> tuple[str, ...]:
        """Enqueue a job for each thread that has something to do and no job. Returns their ids.

        `teams` are the workspaces that are served; without it, all of them.
        """
        arguments = {"limit": limit, "teams": None if teams is None else list(teams)}
        async with transaction(self._pool) as connection:
            finding = await connection.execute(QUERIES["threads_without_job"], arguments)
            found = await finding.fetchall()
            for row in found:
                await connection.execute(QUERIES["enqueue"], {"thread_id": row["id"]})
        return tuple(row["id"] for row in found)


def inbound_arguments(inbound: Inbound) -> dict[str, Any]:
    """Of the query accept_inbound."""
    traced = {"may_open": inbound.may_open, "traceparent": current_traceparent()}
    return rows.inbound_row(inbound) | traced


def _place(inbound: Inbound) -> dict[str, Any]:
    return {"thread_id": inbound.thread.id, "ts": inbound.ts}
