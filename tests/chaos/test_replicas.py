"""Several bots on one database: paused, cut off, told to stop, killed. One of them does the work, once."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random

import psycopg

from tests.chaos import people
from tests.chaos.crew import Crew, Replica
from tests.chaos.people import says
from tests.chaos.promises import Rows, all_kept, effects
from tests.support.bots import until

TAKEOVER = 30.0  # seconds after which a dead worker's run has to be somebody else's
RUNS = "application_name = 'countersign run' AND datname = current_database()"


async def held(crew: Crew, name: str, at: str) -> asyncio.Task[None]:
    """A wish that was approved and is held there, in some worker; the task ends when it is answered."""
    thread = await crew.ws.carol.mentions(f"gate: {name} hold:{at}")
    await people.approved(crew, thread, name)
    await crew.reached(name, at)
    return asyncio.create_task(says(crew, thread, f"Did {name}.", limit=60))


def of_process(bots: list[Replica], pid: int) -> tuple[Replica, Replica]:
    """The worker that has this process id, and the other one."""
    first, second = bots
    assert first.process is not None
    return (first, second) if first.process.pid == pid else (second, first)


async def test_a_paused_worker_that_wakes_goes_on_and_nobody_did_it_meanwhile(crew: Crew) -> None:
    """Its database session still holds the thread: its successor waits for the session lock."""
    async with crew.bot("serve", "--no-worker", name="front"), two_workers(crew) as workers:
        answered = await held(crew, "nap", "act")
        sleeper, other = of_process(workers, crew.passed("nap", "act")[0])
        sleeper.send(signal.SIGSTOP)
        await until(lambda: other.events("stalled_job_requeued"), lambda: "the reaper", 20)
        crew.let_go("nap", "act")
        assert len(crew.passed("nap", "act")) == 1
        sleeper.send(signal.SIGCONT)
        await answered
        await all_kept(crew)
    assert len(crew.passed("nap", "act")) == 1, "nobody ran it a second time"
    assert effects(crew) == {"nap": 1}


async def test_a_paused_worker_that_lost_its_session_finds_all_done_when_it_wakes(crew: Crew) -> None:
    async with crew.bot("serve", "--no-worker", name="front"), two_workers(crew) as workers:
        answered = await held(crew, "coma", "act")
        sleeper, _ = of_process(workers, crew.passed("coma", "act")[0])
        sleeper.send(signal.SIGSTOP)
        await cut(crew, f"{RUNS} AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')")
        await until(lambda: len(crew.passed("coma", "act")) == 2, lambda: "the other worker to take it", 30)
        crew.let_go("coma", "act")
        await answered
        sleeper.send(signal.SIGCONT)
        await until(lambda: len(crew.passed("coma", "acted")) == 2, lambda: "the sleeper to go on", 10)
        answered = await held(crew, "after", "act")
        crew.let_go("after", "act")
        await answered
        await all_kept(crew)
    assert effects(crew) == {"coma": 1, "after": 1}


async def test_a_killed_workers_run_is_taken_over_in_time(crew: Crew) -> None:
    async with crew.bot("serve", "--no-worker", name="front"), two_workers(crew) as workers:
        answered = await held(crew, "heir", "act")
        victim, _ = of_process(workers, crew.passed("heir", "act")[0])
        killed_at = time.monotonic()
        await victim.kill()
        await until(lambda: len(crew.passed("heir", "act")) == 2, lambda: "the takeover", TAKEOVER)
        print(f"taken over after {time.monotonic() - killed_at:.1f} s")
        crew.let_go("heir", "act")
        await answered
        await all_kept(crew)
    assert effects(crew) == {"heir": 1}


async def test_a_worker_that_is_told_to_stop_hands_back_what_it_cannot_end(crew: Crew) -> None:
    async with (
        crew.bot("serve", "--no-worker", name="front"),
        two_workers(crew, grace=0.5) as workers,
    ):
        answered = await held(crew, "relay", "act")
        leaver, _ = of_process(workers, crew.passed("relay", "act")[0])
        told_at = time.monotonic()
        assert await leaver.stop() == 0
        await until(lambda: len(crew.passed("relay", "act")) == 2, lambda: "the other worker", 10)
        assert time.monotonic() - told_at < 5, "it was handed back, nobody had to be presumed dead"
        crew.let_go("relay", "act")
        await answered
        await all_kept(crew)
    assert effects(crew) == {"relay": 1}


async def test_rolling_restarts_under_load_lose_nothing(crew: Crew, seed: int) -> None:
    names = [[f"r{thread}x{number}" for number in range(4)] for thread in range(8)]
    async with AsyncExitStack() as stack:
        bots = [
            await stack.enter_async_context(crew.bot(*arguments, name=f"{arguments[0]}-{number}"))
            for number in (1, 2)
            for arguments in (("serve", "--no-worker"), ("worker",))
        ]
        seeds = [Random(seed + number) for number in range(len(names))]
        load = asyncio.gather(*map(people.wishes, [crew] * len(names), names, seeds))
        for bot in bots:
            told_at = time.monotonic()
            assert await bot.stop() == 0
            assert time.monotonic() - told_at < 12, "the grace is 8 s"
            assert not await Rows(crew.stage.database_url).of(
                "SELECT FROM countersign.threads WHERE halted IS NOT NULL"
            )
            await bot.again()
        await load
        await all_kept(crew)
    assert effects(crew) == {name: 1 for of_thread in names for name in of_thread}


@asynccontextmanager
async def two_workers(crew: Crew, grace: float = 8.0) -> AsyncIterator[list[Replica]]:
    more = {"SHUTDOWN_GRACE": str(grace)}
    async with (
        crew.bot("worker", name="worker-1", wait=True, **more) as first,
        crew.bot("worker", name="worker-2", wait=True, **more) as second,
    ):
        yield [first, second]


async def cut(crew: Crew, which: str) -> None:
    """End database sessions as a network does that is gone."""
    query = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {which}"
    async with await psycopg.AsyncConnection.connect(crew.stage.database_url, autocommit=True) as connection:
        await connection.execute(query.encode())
