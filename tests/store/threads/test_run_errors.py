"""Reports of errors are stored with their step, and deleted with their thread or after a week."""

from dataclasses import replace

import pytest

from countersign.flow.error_report import ErrorReport
from countersign.flow.errors import StaleWorker
from countersign.flow.thread import ThreadRef
from countersign.flow.work import StepResult, Work
from countersign.store.connections.pool import Pool
from countersign.store.diagnostics import Diagnostics
from countersign.store.retention import RetentionStore
from tests.support.harness import Harness, a_thread, message

DAY = 86_400.0


def a_report(error_id: str) -> ErrorReport:
    return ErrorReport(error_id=error_id, graph="g", type="ValueError", message="no", traceback="no")


async def begun(harness: Harness, thread: ThreadRef) -> Work:
    await harness.threads.accept(message(thread, "hi"))
    work = await harness.threads.work(thread.id)
    assert work is not None
    return work


async def failed(harness: Harness, thread: ThreadRef, *error_ids: str) -> None:
    work = await begun(harness, thread)
    for error_id in error_ids:
        done = tuple(row.key for row in work.inbound)
        await harness.threads.save_step(StepResult(thread=work.thread, done=done, error=a_report(error_id)))


async def stored(pool: Pool, thread: ThreadRef) -> list[str]:
    return [row["error_id"] for row in await Diagnostics(pool).run_errors(thread.id)]


async def test_the_latest_comes_first_and_a_retried_save_adds_none(harness: Harness) -> None:
    thread, other = a_thread(), a_thread()
    await failed(harness, thread, "first", "second", "second")
    await failed(harness, other, "other")

    assert await stored(harness.pool, thread) == ["second", "first"]


async def test_a_stale_worker_stores_no_error_report(harness: Harness) -> None:
    thread = a_thread()
    work = await begun(harness, thread)
    stale = replace(work.thread, fence=work.thread.fence - 1)
    with pytest.raises(StaleWorker):
        await harness.threads.save_step(StepResult(thread=stale, error=a_report("stale")))

    assert await stored(harness.pool, thread) == []


async def test_error_reports_are_deleted_with_their_thread_or_after_a_week(harness: Harness) -> None:
    old, idle, kept = a_thread(), a_thread(), a_thread()
    for thread in (old, idle, kept):
        await failed(harness, thread, f"of {thread.id}")
    async with harness.pool.connection() as connection:
        await connection.execute(
            "UPDATE countersign.run_errors SET at = at - interval '8 days' WHERE thread_id = %s", [old.id]
        )
        await connection.execute(
            "UPDATE countersign.threads SET touched_at = touched_at - interval '91 days' WHERE id = %s",
            [idle.id],
        )

    store = RetentionStore(harness.pool)
    await store.delete_expired_events()
    async with harness.sessions.connection() as session, store.deleting(session, idle.id, 90 * DAY) as gone:
        assert gone

    assert [await stored(harness.pool, thread) for thread in (old, idle)] == [[], []]
    assert await stored(harness.pool, kept) == [f"of {kept.id}"]
