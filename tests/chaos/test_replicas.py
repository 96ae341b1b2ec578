"""Several bots on one database: paused, cut off, told to stop, killed. One of them does the work, once."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random

import psycopg

from tests.chaos.fleet import users
from tests.chaos.fleet.bot_fleet import Fleet, Replica
from tests.chaos.fleet.invariants import Rows, check_invariants, effect_counts
from tests.chaos.fleet.users import wait_for_message
from tests.support.processes.bots import until

TAKEOVER = 30.0  # seconds after which a dead worker's run has to be somebody else's
RUNS = "application_name = 'countersign run' AND datname = current_database()"


async def held(fleet: Fleet, name: str, at: str) -> asyncio.Task[None]:
    """A request that was approved and is blocked there, in some worker; the task ends when it is answered."""
    thread = await fleet.ws.carol.mentions(f"gate: {name} hold:{at}")
    await users.approve(fleet, thread, name)
    await fleet.reached(name, at)
    return asyncio.create_task(wait_for_message(fleet, thread, f"Did {name}.", limit=60))


def of_process(bots: list[Replica], pid: int) -> tuple[Replica, Replica]:
    """The worker that has this process id, and the other one."""
    first, second = bots
    assert first.process is not None
    return (first, second) if first.process.pid == pid else (second, first)


async def test_a_paused_worker_that_wakes_goes_on_and_nobody_did_it_meanwhile(fleet: Fleet) -> None:
    """Its database session still holds the thread: its successor waits for the session lock."""
    async with fleet.bot("serve", "--no-worker", name="front"), two_workers(fleet) as workers:
        answered = await held(fleet, "nap", "act")
        sleeper, other = of_process(workers, fleet.visits("nap", "act")[0])
        sleeper.send(signal.SIGSTOP)
        await until(lambda: other.events("stalled_job_requeued"), lambda: "the reaper", 20)
        fleet.release("nap", "act")
        assert len(fleet.visits("nap", "act")) == 1
        sleeper.send(signal.SIGCONT)
        await answered
        await check_invariants(fleet)
    assert len(fleet.visits("nap", "act")) == 1, "nobody ran it a second time"
    assert effect_counts(fleet) == {"nap": 1}


async def test_a_paused_worker_that_lost_its_session_finds_all_done_when_it_wakes(
    fleet: Fleet,
) -> None:
    async with fleet.bot("serve", "--no-worker", name="front"), two_workers(fleet) as workers:
        answered = await held(fleet, "coma", "act")
        sleeper, _ = of_process(workers, fleet.visits("coma", "act")[0])
        sleeper.send(signal.SIGSTOP)
        await cut(fleet, f"{RUNS} AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')")
        await until(lambda: len(fleet.visits("coma", "act")) == 2, lambda: "the other worker to take it", 30)
        fleet.release("coma", "act")
        await answered
        sleeper.send(signal.SIGCONT)
        await until(lambda: len(fleet.visits("coma", "acted")) == 2, lambda: "the sleeper to go on", 10)
        answered = await held(fleet, "after", "act")
        fleet.release("after", "act")
        await answered
        await check_invariants(fleet)
    assert effect_counts(fleet) == {"coma": 1, "after": 1}


async def test_a_killed_workers_run_is_taken_over_in_time(fleet: Fleet) -> None:
    async with fleet.bot("serve", "--no-worker", name="front"), two_workers(fleet) as workers:
        answered = await held(fleet, "heir", "act")
        victim, _ = of_process(workers, fleet.visits("heir", "act")[0])
        killed_at = time.monotonic()
        await victim.kill()
        await until(lambda: len(fleet.visits("heir", "act")) == 2, lambda: "the takeover", TAKEOVER)
        print(f"taken over after {time.monotonic() - killed_at:.1f} s")
        fleet.release("heir", "act")
        await answered
        await check_invariants(fleet)
    assert effect_counts(fleet) == {"heir": 1}


async def test_a_worker_that_is_asked_to_stop_hands_back_what_it_cannot_end(fleet: Fleet) -> None:
    async with (
        fleet.bot("serve", "--no-worker", name="front"),
        two_workers(fleet, grace=0.5) as workers,
    ):
        answered = await held(fleet, "relay", "act")
        leaver, _ = of_process(workers, fleet.visits("relay", "act")[0])
        told_at = time.monotonic()
        assert await leaver.stop() == 0
        await until(lambda: len(fleet.visits("relay", "act")) == 2, lambda: "the other worker", 10)
        assert time.monotonic() - told_at < 5, "it was handed back, nobody had to be presumed dead"
        fleet.release("relay", "act")
        await answered
        await check_invariants(fleet)
    assert effect_counts(fleet) == {"relay": 1}


async def test_rolling_restarts_under_load_lose_nothing(fleet: Fleet, seed: int) -> None:
    names = [[f"r{thread}x{number}" for number in range(4)] for thread in range(8)]
    async with AsyncExitStack() as stack:
        bots = [
            await stack.enter_async_context(fleet.bot(*arguments, name=f"{arguments[0]}-{number}"))
            for number in (1, 2)
            for arguments in (("serve", "--no-worker"), ("worker",))
        ]
        seeds = [Random(seed + number) for number in range(len(names))]
        load = asyncio.gather(*map(users.run_requests, [fleet] * len(names), names, seeds))
        for bot in bots:
            told_at = time.monotonic()
            assert await bot.stop() == 0
            assert time.monotonic() - told_at < 12, "the grace is 8 s"
            assert not await Rows(fleet.stage.database_url).of(
                "SELECT FROM countersign.threads WHERE halted IS NOT NULL"
            )
            await bot.again()
        await load
        await check_invariants(fleet)
    assert effect_counts(fleet) == {name: 1 for of_thread in names for name in of_thread}


@asynccontextmanager
async def two_workers(fleet: Fleet, grace: float = 8.0) -> AsyncIterator[list[Replica]]:
    more = {"SHUTDOWN_GRACE": str(grace)}
    async with (
        fleet.bot("worker", name="worker-1", wait=True, **more) as first,
        fleet.bot("worker", name="worker-2", wait=True, **more) as second,
    ):
        yield [first, second]


async def cut(fleet: Fleet, which: str) -> None:
    """End database sessions as a network does that is gone."""
    query = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {which}"
    async with await psycopg.AsyncConnection.connect(fleet.stage.database_url, autocommit=True) as connection:
        await connection.execute(query.encode())
