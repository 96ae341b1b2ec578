"""What is forgotten: what is long at rest, and never what waits."""

import asyncio
from collections.abc import Awaitable, Callable

import psycopg
import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import NotPending
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.ports.database.retention import ThreadAge, ThreadPage
from countersign.flow.retention import Retention
from countersign.flow.thread import ThreadRef
from countersign.runs.persistence.checkpoints import Checkpoints
from countersign.store.connections.pool import Pool
from countersign.store.retention import RetentionStore
from tests.support.harness import Harness, a_thread, message, until

YES = DecisionKind.APPROVE


class Interrupted(RetentionStore):
    """Something happens between the selection of threads by this method and what is done to them."""

    def __init__(self, pool: Pool, method: str, happens: Callable[[], Awaitable[object]]) -> None:
        super().__init__(pool)
        self._method = method
        self._happens = happens

    async def threads_to_compact(self, seconds: float, after: ThreadAge, limit: int) -> ThreadPage:
        found = await super().threads_to_compact(seconds, after, limit)
        if self._method == "threads_to_compact" and found.end is not None:
            assert found.idle
            await self._happens()
        return found

    async def idle_threads(self, seconds: float, after: ThreadAge, limit: int) -> ThreadPage:
        found = await super().idle_threads(seconds, after, limit)
        if self._method == "idle_threads" and found.end is not None:
            assert found.idle
            await self._happens()
        return found


def retention(harness: Harness, days: float | None) -> Retention:
    return Retention(RetentionStore(harness.pool), harness.locks, Checkpoints(), days)


async def rested(harness: Harness, thread: ThreadRef, interval: str) -> None:
    """Nobody touched the thread for so long."""
    await harness.rows(
        "UPDATE countersign.threads SET touched_at = now() - %s::interval WHERE id = %s", interval, thread.id
    )


async def checkpoints(harness: Harness, thread: ThreadRef) -> int:
    (found,) = await harness.rows("SELECT count(*) AS n FROM checkpoints WHERE thread_id = %s", thread.id)
    return int(found["n"])


async def test_a_thread_at_rest_keeps_its_latest_checkpoint_and_goes_on_from_it(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "echo: one")
    await harness.say(thread, "two")
    before = await checkpoints(harness, thread)
    await retention(harness, None)()
    assert await checkpoints(harness, thread) == before  # it was touched just now
    await rested(harness, thread, "2 hours")

    await retention(harness, None)()

    assert before > 1
    assert await checkpoints(harness, thread) == 1
    await harness.say(thread, "three")
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == [
        "You said one.",
        "You said two.",
        "You said three.",
    ]


async def test_what_waits_is_never_forgotten(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    await rested(harness, thread, "1 year")

    await retention(harness, 1)()

    await harness.answer(await harness.the_card(thread), YES)
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."]


async def test_a_message_that_is_held_is_never_forgotten(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "echo: one")
    await harness.rows(
        "UPDATE countersign.inbox SET parked_at = now(), received_at = now() - interval '1 year' "
        "WHERE thread_id = %s",
        thread.id,
    )

    await retention(harness, None)()

    assert await harness.rows("SELECT 1 FROM countersign.inbox WHERE thread_id = %s", thread.id)


async def test_after_its_days_all_of_a_thread_is_forgotten_but_its_ledger(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    await harness.answer(card, YES)
    await rested(harness, thread, "91 days")

    await retention(harness, 90)()

    assert await checkpoints(harness, thread) == 0
    for table in ("inbox", "approvals"):
        assert not await harness.rows(f"SELECT 1 FROM countersign.{table} WHERE thread_id = %s", thread.id)
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]
    with pytest.raises(NotPending, match="no approval here"):
        await harness.vote(card, YES)


async def test_unlimited_retention_deletes_nothing(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "echo: one")
    await rested(harness, thread, "10 years")

    await retention(harness, None)()

    assert await harness.rows("SELECT 1 FROM countersign.threads WHERE id = %s", thread.id)


async def test_that_somebody_replied_elsewhere_is_forgotten_soon(harness: Harness) -> None:
    for seconds in (700, 0):
        await harness.threads.accept(message(a_thread(), "chatter", may_open=False))
        await harness.rows(
            "UPDATE countersign.early_replies SET told_at = told_at - %s * interval '1 second'", seconds
        )

    await retention(harness, None)()

    assert len(await harness.rows("SELECT 1 FROM countersign.early_replies")) == 1


async def test_events_that_slack_cannot_repeat_any_more_are_forgotten(harness: Harness) -> None:
    thread = a_thread()
    old = await harness.say(thread, "echo: one")
    await harness.rows("UPDATE countersign.inbox SET received_at = now() - interval '27 hours'")
    new = await harness.say(thread, "two")

    await retention(harness, None)()

    kept = [row["key"] for row in await harness.rows("SELECT key FROM countersign.inbox")]
    assert kept == [new.key]
    assert old.key not in kept


async def test_a_message_that_arrives_meanwhile_keeps_its_thread(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "echo: one")
    await rested(harness, thread, "91 days")
    late = message(thread, "two", may_open=False)

    async def arrives() -> None:
        await harness.threads.accept(late)

    await Retention(Interrupted(harness.pool, "idle_threads", arrives), harness.locks, Checkpoints(), 90)()

    assert await harness.rows("SELECT 1 FROM countersign.inbox WHERE key = %s", late.key)
    assert await checkpoints(harness, thread) > 0
    await harness.run_thread(thread.id)
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE)[-1] == "You said two."


async def test_an_approval_that_is_opened_meanwhile_keeps_its_thread(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    await harness.answer(await harness.the_card(thread), YES)
    await rested(harness, thread, "91 days")

    async def asks() -> None:
        await harness.say(thread, "deploy")

    await Retention(Interrupted(harness.pool, "idle_threads", asks), harness.locks, Checkpoints(), 90)()

    await harness.answer(await harness.the_card(thread), YES)
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."] * 2


async def test_a_message_that_arrives_while_its_thread_is_deleted_is_refused_or_kept(
    harness: Harness, database_url: str
) -> None:
    """The deletion locks the thread's row: the message waits for the commit, then opens the thread anew."""
    thread = a_thread()
    await harness.say(thread, "echo: one")
    await rested(harness, thread, "91 days")
    store = RetentionStore(harness.pool)
    late, reply = message(thread, "echo: two"), message(thread, "and three", may_open=False)
    async with harness.locks.hold(thread.id) as session:
        async with store.deleting(session, thread.id, 90 * 86_400.0) as deleted:
            assert deleted
            arriving = asyncio.create_task(harness.threads.accept(late))
            await until(lambda: _waits_for_a_row(harness))
            replying = asyncio.create_task(harness.threads.accept(reply))
        assert await arriving
        kept = await replying
    assert await harness.rows("SELECT 1 FROM countersign.inbox WHERE key = %s", late.key)
    assert bool(await harness.rows("SELECT 1 FROM countersign.inbox WHERE key = %s", reply.key)) is kept


async def test_a_message_that_is_being_stored_is_waited_for_and_keeps_its_thread(
    harness: Harness, database_url: str
) -> None:
    thread = a_thread()
    await harness.say(thread, "echo: one")
    await rested(harness, thread, "91 days")
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await connection.execute(
            "INSERT INTO countersign.inbox (key, thread_id, kind, user_id, text)"
            " VALUES ('late', %s, 'message', 'U', 'two')",
            (thread.id,),
        )
        deleting = asyncio.create_task(retention(harness, 90)())
        await until(lambda: _waits_for_a_row(harness))
        await connection.commit()
    await deleting
    assert await harness.rows("SELECT 1 FROM countersign.inbox WHERE key = 'late'")
    assert await checkpoints(harness, thread) > 0


async def test_effects_are_forgotten_after_the_days_of_their_threads(harness: Harness) -> None:
    for key in ("old", "new"):
        assert await harness.effects.begin(key)
    await harness.rows(
        "UPDATE countersign.effects SET started_at = now() - interval '91 days' WHERE key = 'old'"
    )

    await retention(harness, None)()
    assert len(await harness.rows("SELECT key FROM countersign.effects")) == 2
    await retention(harness, 90)()

    assert await harness.rows("SELECT key FROM countersign.effects") == [{"key": "new"}]


async def _waits_for_a_row(harness: Harness) -> bool:
    waiting = await harness.rows(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return bool(waiting)


@pytest.mark.parametrize("method", ["threads_to_compact", "idle_threads"])
async def test_a_thread_that_is_used_meanwhile_stays(harness: Harness, method: str) -> None:
    thread = a_thread()
    await harness.say(thread, "echo: one")
    await rested(harness, thread, "91 days")

    async def is_used() -> None:
        await harness.say(thread, "two")

    await Retention(Interrupted(harness.pool, method, is_used), harness.locks, Checkpoints(), 90)()

    assert await checkpoints(harness, thread) > 1, "neither deleted nor compacted"
    assert await harness.rows("SELECT 1 FROM countersign.threads WHERE id = %s", thread.id)
