"""Rows that a newer version wrote while an upgrade is under way: an older process leaves them to it."""

from unittest.mock import Mock

import pytest

from countersign.flow.errors import WrittenByNewerVersion
from countersign.flow.messages.outgoing import Outgoing, note
from countersign.jobs.queue import RetryPolicy
from countersign.store.columns import rows
from countersign.store.queries import QUERIES
from tests.support.harness import Harness, a_thread, message, now


async def test_a_message_of_a_kind_that_is_not_known_waits_for_a_newer_version(harness: Harness) -> None:
    thread = a_thread()
    await harness.threads.accept(message(thread, "say hello"))
    await harness.rows("UPDATE countersign.inbox SET kind = 'hologram' WHERE thread_id = %s", thread.id)
    for _ in range(7):  # more often than a step may end its process
        with pytest.raises(WrittenByNewerVersion) as raised:
            await harness.run_thread(thread.id)
    decision = RetryPolicy(now).get_retry_decision(exception=raised.value, job=Mock(attempts=9))
    assert decision.retry_at is not None
    (row,) = await harness.rows("SELECT attempts, halted FROM countersign.threads WHERE id = %s", thread.id)
    assert (row["attempts"], row["halted"]) == (0, None)

    await harness.rows("UPDATE countersign.inbox SET kind = 'message' WHERE thread_id = %s", thread.id)
    await harness.run_thread(thread.id)
    assert harness.slack.posts != []


async def test_a_post_of_a_kind_that_is_not_known_holds_up_its_own_thread_alone(harness: Harness) -> None:
    newer, other = a_thread(), a_thread()
    for thread in (newer, other):
        for key in ("first", "second"):
            await insert(harness, note(thread, f"{thread.id}:{key}", "Hello."))
    await harness.rows(
        "UPDATE countersign.outbox SET kind = 'hologram' WHERE key = %s", f"note:{newer.id}:first"
    )
    await harness.rows("UPDATE countersign.outbox SET due_at = now() - interval '2 s'")
    assert await harness.delivery.deliver_due() == 1
    await harness.delivery.deliver_thread(newer.channel, newer.ts)
    posted = await harness.rows("SELECT key FROM countersign.outbox WHERE posted_at IS NOT NULL ORDER BY seq")
    assert [row["key"] for row in posted] == [f"note:{other.id}:first", f"note:{other.id}:second"]
    (row,) = await harness.rows(
        "SELECT max(attempts) AS attempts FROM countersign.outbox WHERE thread_ts = %s", newer.ts
    )
    assert row["attempts"] == 0  # it has no lease on it, so the newer one need not wait


async def test_a_job_is_what_every_version_takes(harness: Harness) -> None:
    thread = a_thread()
    await harness.threads.accept(message(thread, "say hello"))
    (job,) = await harness.rows(
        "SELECT task_name, args, lock FROM procrastinate_jobs WHERE lock = %s", thread.id
    )
    assert job == {"task_name": "advance", "args": {"thread_id": thread.id}, "lock": thread.id}


async def insert(harness: Harness, row: Outgoing) -> None:
    async with harness.pool.connection() as connection:
        await connection.execute(QUERIES["insert_outgoing"], rows.outgoing_row(row))
