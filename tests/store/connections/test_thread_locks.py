"""One worker per thread, whatever becomes of the worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import psycopg
import pytest

from countersign.flow.errors import ThreadBusy
from countersign.store.connections.pool import Pool, configure_for_checkpoints, open_pool
from countersign.store.connections.thread_locks import ThreadLocks
from tests.support.harness import until

THREAD = "T1/C1/1.0"


@pytest.fixture
async def pools(database_url: str) -> AsyncIterator[tuple[Pool, Pool]]:
    """Two workers' pools, of one connection each: what is left behind on it meets whoever comes next."""
    async with AsyncExitStack() as stack:
        one, two = [
            await stack.enter_async_context(
                await open_pool(database_url, min_size=1, max_size=1, configure=configure_for_checkpoints)
            )
            for _ in range(2)
        ]
        yield one, two


async def test_one_holds_it_and_the_other_is_refused(pools: tuple[Pool, Pool]) -> None:
    one, two = (ThreadLocks(pool, timeout=0.0) for pool in pools)
    async with one.hold(THREAD):
        with pytest.raises(ThreadBusy):
            async with two.hold(THREAD):
                raise AssertionError("two at once")
        async with two.hold("T1/C1/2.0"):
            pass  # another thread is free
    async with two.hold(THREAD):
        pass


async def test_another_process_waits_until_the_lock_is_free(pools: tuple[Pool, Pool]) -> None:
    one, two = (ThreadLocks(pool, timeout=10.0) for pool in pools)
    order: list[str] = []

    async def wait() -> None:
        async with two.hold(THREAD):
            order.append("other")

    async with one.hold(THREAD):
        waiting = asyncio.create_task(wait())
        await until(lambda: _tried(pools[1]))
        order.append("holder")
    await asyncio.wait_for(waiting, 5)
    assert order == ["holder", "other"]


async def _tried(pool: Pool) -> bool:
    """Whether the pool's only connection is in use: its owner asked for the lock at least once."""
    return pool.get_stats()["pool_available"] == 0


async def test_with_its_connection_the_lock_is_gone_and_so_is_the_way_to_write(
    pools: tuple[Pool, Pool], database_url: str
) -> None:
    one, two = (ThreadLocks(pool, timeout=5.0) for pool in pools)

    async def presumed_dead() -> None:
        async with one.hold(THREAD) as session:
            await session.execute("CREATE TABLE written (who text)")
            await terminate(database_url, session.info.backend_pid)
            async with two.hold(THREAD) as successor:
                await successor.execute("INSERT INTO written VALUES ('two')")
                with pytest.raises(psycopg.OperationalError):
                    await session.execute("INSERT INTO written VALUES ('one')")
                assert session.closed

    await presumed_dead()
    async with pools[1].connection() as connection:
        rows = await (await connection.execute("SELECT who FROM written")).fetchall()
    assert rows == [{"who": "two"}]
    async with one.hold(THREAD):
        pass  # the pool has another connection by now


@pytest.mark.parametrize("moment", range(6))
async def test_a_cancelled_worker_leaves_no_lock_behind(pools: tuple[Pool, Pool], moment: int) -> None:
    """Cancelled after so many turns of the event loop, among them the taking and the giving back."""
    one, two = ThreadLocks(pools[0], timeout=0.0), ThreadLocks(pools[1], timeout=0.0)
    for turns in range(moment, 60, 6):

        async def hold_for_a_moment() -> None:
            async with one.hold(THREAD) as session:
                await session.execute("SELECT 1")

        worker = asyncio.create_task(hold_for_a_moment())
        for _ in range(turns):
            await asyncio.sleep(0)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        async with two.hold(THREAD):
            pass


async def test_a_worker_cancelled_in_a_query_leaves_no_lock_behind(pools: tuple[Pool, Pool]) -> None:
    one, two = (ThreadLocks(pool, timeout=20.0) for pool in pools)  # a server ends it later
    asking = asyncio.Event()

    async def work() -> None:
        async with one.hold(THREAD) as session, session.pipeline():
            asking.set()
            await session.execute("SELECT pg_sleep(30)")

    worker = asyncio.create_task(work())
    await asking.wait()
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    async with two.hold(THREAD):
        pass


async def terminate(database_url: str, pid: int) -> None:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as admin:
        await admin.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
