"""Jobs of one thread run in order and at once, whatever happens to workers and connections."""

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
import pytest

from countersign.flow.errors import Drained, ThreadBusy
from countersign.jobs.worker import STALLED_AFTER
from tests.jobs.conftest import Harness, open_harness
from tests.support.harness import until

REPOSITORY = Path(__file__).parents[2]


async def test_a_threads_jobs_run_one_after_the_other_in_order(harness: Harness) -> None:
    running = 0

    async def work(thread_id: str) -> None:
        nonlocal running
        running += 1
        assert running == 1
        await asyncio.sleep(0)
        running -= 1

    harness.work = work
    await harness.defer(*["a"] * 5)
    async with harness.working():
        await harness.until_done(*["a"] * 5)


async def test_different_threads_run_at_once(harness: Harness) -> None:
    together = asyncio.Barrier(4)

    async def work(_thread_id: str) -> None:
        async with asyncio.timeout(10):
            await together.wait()

    harness.work = work
    await harness.defer("a", "b", "c", "d")
    async with harness.working(concurrency=4):
        await harness.until_done("a", "b", "c", "d")


@pytest.mark.usefixtures("no_polling")
async def test_the_next_job_of_a_thread_starts_when_the_one_before_it_ends(harness: Harness) -> None:
    go_on = asyncio.Event()

    async def work(_thread_id: str) -> None:
        await go_on.wait()

    harness.work = work
    await harness.defer("a", "a")
    async with harness.working():
        await harness.until_fetched(2)  # the first job, and then nothing, since the second has to wait
        await until(harness.listens)
        go_on.set()
        await harness.until_done("a", "a", seconds=5)
    assert await statuses(harness) == [], "the finished jobs are deleted, and told of all the same"


@pytest.mark.usefixtures("no_polling")
async def test_a_job_that_was_handed_back_is_tried_again_at_once(harness: Harness) -> None:
    times = 0

    async def work(_thread_id: str) -> None:
        nonlocal times
        times += 1
        if times == 1:
            await harness.until_fetched(2)  # this job, and then nothing
            await until(harness.listens)
            raise Drained

    harness.work = work
    await harness.defer("a")
    async with harness.working():
        await harness.until_done("a", seconds=5)
    assert times == 2


async def test_a_busy_thread_is_tried_again_in_a_second_and_a_failure_backs_off(
    harness: Harness,
) -> None:
    errors: dict[str, Exception] = {"busy": ThreadBusy(), "broken": RuntimeError()}

    async def work(thread_id: str) -> None:
        if thread_id in errors:
            await harness.record(thread_id)
            raise errors.pop(thread_id)

    harness.work = work
    await harness.defer("busy", "broken")
    async with harness.working():
        await harness.until_done("busy", "broken")
        await until_no_job_runs(harness)
    async with harness.pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT lock, extract(epoch FROM scheduled_at - now())::float AS wait FROM procrastinate_jobs"
            " WHERE status = 'todo'"
        )
        waits = {row["lock"]: row["wait"] for row in await cursor.fetchall()}
    assert waits.keys() <= {"busy", "broken"}
    assert all(wait <= 2.1 for wait in waits.values())


async def test_a_worker_that_stops_hands_back_what_does_not_end_in_time(
    harness: Harness, database_url: str
) -> None:
    started = asyncio.Event()

    async def endless(_thread_id: str) -> None:
        started.set()
        await asyncio.Event().wait()

    harness.work = endless
    await harness.defer("a")
    async with harness.working(grace=0.05):
        await asyncio.wait_for(started.wait(), 10)
    assert await statuses(harness) == ["todo"]
    async with AsyncExitStack() as stack:
        other = await open_harness(database_url, stack)
        async with other.working():
            await other.until_done("a", seconds=5)


async def test_a_running_job_may_end_within_the_grace(harness: Harness) -> None:
    started, finish = asyncio.Event(), asyncio.Event()

    async def work(_thread_id: str) -> None:
        started.set()
        await finish.wait()

    harness.work = work
    await harness.defer("a")
    async with harness.working(grace=10):
        await asyncio.wait_for(started.wait(), 10)
        asyncio.get_running_loop().call_later(0.05, finish.set)
    assert harness.done == ["a"]


async def test_cut_connections_stop_no_worker_idle_or_running(harness: Harness, database_url: str) -> None:
    go_on = asyncio.Event()

    async def work(thread_id: str) -> None:
        if thread_id == "running":
            await go_on.wait()

    harness.work = work
    async with harness.working():
        await harness.defer("first")
        await harness.until_done("first")
        await cut_all(database_url)
        await harness.defer("second")
        await harness.until_done("first", "second", seconds=20)
        await harness.defer("running")
        await until_running(harness)
        await cut_all(database_url)
        go_on.set()
        await harness.until_done("first", "second", "running", seconds=20)
        await harness.defer("last")
        await harness.until_done("first", "second", "running", "last", seconds=20)


async def test_a_killed_workers_job_is_taken_over_within_seconds(harness: Harness, database_url: str) -> None:
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.jobs.blocked_worker", database_url, cwd=REPOSITORY
    )
    try:
        await harness.defer("a")
        await until(lambda: has_status(harness, "doing"), seconds=20)
    finally:
        worker.kill()
        await worker.wait()

    reaper = harness.reaper()
    assert await reaper.reap() == 0, "it may be alive"
    async with harness.working():
        await until(reaper.reap, seconds=15)
        await harness.until_done("a", seconds=5)


async def test_one_reaper_reaps_at_a_time(harness: Harness) -> None:
    await stalled_job(harness)
    async with harness.pool.connection() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (0x636F756E74657273,))
        assert await harness.reaper().reap() == 0
        assert await statuses(harness) == ["doing"]
    assert await harness.reaper().reap() == 1
    assert await statuses(harness) == ["todo"]


@pytest.mark.parametrize(("silent_for", "reaped"), [(STALLED_AFTER - 3, 0), (STALLED_AFTER + 1, 1)])
async def test_a_job_is_reaped_once_its_worker_is_silent_for_long_enough(
    harness: Harness, silent_for: float, reaped: int
) -> None:
    await stalled_job(harness, silent_for)
    assert await harness.reaper().reap() == reaped


async def stalled_job(harness: Harness, silent_for: float = 60.0) -> None:
    """A job that is running under a worker that has sent no heartbeat for so many seconds."""
    await harness.defer("a")
    async with harness.pool.connection() as connection:
        await connection.execute(
            "WITH silent AS (INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - %s * interval '1 second') RETURNING id)"
            " UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM silent)",
            (silent_for,),
        )


async def statuses(harness: Harness) -> list[str]:
    async with harness.pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT status::text FROM procrastinate_jobs WHERE lock IS NOT NULL"
        )
        return [row["status"] for row in await cursor.fetchall()]


async def has_status(harness: Harness, status: str) -> bool:
    return status in await statuses(harness)


async def until_running(harness: Harness) -> None:
    await until(lambda: has_status(harness, "doing"))


async def until_no_job_runs(harness: Harness) -> None:
    async def none_runs() -> bool:
        return not await has_status(harness, "doing")

    await until(none_runs)


async def cut_all(database_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as admin:
        await admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
