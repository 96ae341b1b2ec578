"""A steady, modest load over a while, to see whether the process grows.

    python -m benchmarks.soak [--minutes 20] [--rate 3]

The people, and the workspace with its whole history, are this process; only the bot's own is measured.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import LiteralString

import psutil
from psycopg.rows import DictRow

from benchmarks.driving import warm_up
from benchmarks.figures import percentile, short
from benchmarks.graph import ANSWER
from benchmarks.server import open_server
from benchmarks.sides import Side, open_side
from countersign.store.connections.pool import Connection, open_session
from countersign.testing.cards import approval_card
from slack_local.people.threads import Thread
from tests.support.postgres.databases import database, migrated_template

EVERY = 10.0  # seconds between two samples
OLD_THREADS = 4
OLD_TURN = 30  # one request in so many is another one of an old thread
AT_MOST = 64  # requests under way; more is a bot that does not keep up
LIMIT = 60.0

_CONNECTIONS = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()"
_UNDONE = """
    SELECT (SELECT count(*) FROM countersign.inbox WHERE done_at IS NULL) AS inbox,
           (SELECT count(*) FROM countersign.outbox WHERE posted_at IS NULL AND given_up_at IS NULL) AS outbox
"""
_LEFT = """
    SELECT (SELECT count(*) FROM countersign.inbox WHERE done_at IS NULL)
         + (SELECT count(*) FROM countersign.outbox WHERE posted_at IS NULL)
         + (SELECT count(*) FROM countersign.approvals WHERE status <> 'resumed') AS n
"""


@dataclass(frozen=True, kw_only=True)
class Sample:
    at: float  # seconds since the load began
    memory: float  # MB, the resident set
    files: int  # descriptors that are open
    threads: int  # of the operating system
    connections: int  # to PostgreSQL, without the benchmark's own
    inbox: int  # messages that are not done
    outbox: int  # posts that are not out
    answered: int


@dataclass(kw_only=True)
class Soak:
    samples: list[Sample] = field(default_factory=list)
    asked: int = 0
    times: list[float] = field(default_factory=list)  # message -> answer, seconds

    @property
    def answered(self) -> int:
        return len(self.times)

    def quarter(self, number: int) -> Sequence[Sample]:
        """The samples of the first (0) to the last (3) quarter."""
        size = len(self.samples) // 4
        return self.samples[number * size : (number + 1) * size if number < 3 else None]


async def soak(side: Side, *, minutes: float, rate: float) -> Soak:
    """So many approvals a second for so long. Raises when one of them is not answered."""
    found = Soak()
    old = [await side.ws.carol.says("#general", "about that invoice") for _ in range(OLD_THREADS)]
    began = time.monotonic()
    free = asyncio.Semaphore(AT_MOST)

    async def people() -> None:
        async with asyncio.TaskGroup() as asking:
            while (now := time.monotonic() - began) < minutes * 60:
                await asyncio.sleep(max(found.asked / rate - now, 0))
                await free.acquire()
                turn, is_old = divmod(found.asked, OLD_TURN)
                thread = None if is_old else old[turn % OLD_THREADS]
                found.asked += 1
                asking.create_task(_asks(side, found, thread)).add_done_callback(lambda _: free.release())

    async with await open_session(side.url) as session:
        sampling = asyncio.create_task(_sample(side, session, found, began))
        try:
            await people()
        finally:
            sampling.cancel()
        await _rest(session)
    assert not side.ws.log.violations(), side.ws.log.violations()
    return found


async def _asks(side: Side, found: Soak, old: Thread | None) -> None:
    """Carol asks, in a new thread or in an old one, bob approves, and one more answer stands there."""
    began = time.monotonic()
    before = _answers(old) if old else 0
    thread = await side.ws.carol.mentions("transfer 12", thread_ts=old.ts if old else None)
    card = await approval_card(thread, limit=LIMIT)
    clicked = await card.click(side.approve, side.ws.bob)
    assert clicked.error is None, clicked.error
    await thread.wait_until(lambda: _answers(thread) > before or None, limit=LIMIT, what="the answer")
    found.times.append(time.monotonic() - began)


def _answers(thread: Thread) -> int:
    return sum(message.text.startswith(ANSWER) for message in thread.from_bot())


async def _sample(side: Side, session: Connection, found: Soak, began: float) -> None:
    process = psutil.Process(side.pids[0])
    while True:
        await asyncio.sleep(EVERY)
        undone = await _row(session, _UNDONE)
        found.samples.append(
            Sample(
                at=time.monotonic() - began,
                memory=process.memory_info().rss / 1e6,
                files=process.num_fds(),
                threads=process.num_threads(),
                connections=(await _row(session, _CONNECTIONS))["n"] - 1,
                inbox=undone["inbox"],
                outbox=undone["outbox"],
                answered=found.answered,
            )
        )
        print(_line(found.samples[-1]), flush=True)


async def _row(session: Connection, query: LiteralString) -> DictRow:
    row = await (await session.execute(query)).fetchone()
    assert row is not None
    return row


async def _rest(session: Connection) -> None:
    """Wait until nothing is left to do; the last cards are redrawn after their answers."""
    async with asyncio.timeout(LIMIT):
        while (await _row(session, _LEFT))["n"]:  # noqa: ASYNC110 -- the rows are another process's
            await asyncio.sleep(0.2)


def _line(sample: Sample) -> str:
    return (
        f"{sample.at:6.0f} s: {sample.memory:.1f} MB, {sample.files} files, {sample.threads} threads,"
        f" {sample.connections} connections, {sample.inbox} + {sample.outbox} undone,"
        f" {sample.answered} answered"
    )


def markdown(found: Soak, minutes: float) -> str:
    """The medians of the second quarter beside those of the last; the first is the process warming up."""
    p50, p99 = (short(percentile(found.times, percent) * 1000) for percent in (50, 99))
    told = f"{minutes:g} minutes, {found.answered:,} approvals, every one answered and resumed"
    lines = [
        f"{told} ({p50} ms from message to answer, p50; {p99} ms, p99).",
        "",
        "|  | second quarter | last quarter | ratio |",
        "|---|---|---|---|",
    ]
    for name, figure in FIGURES.items():
        before, after = (median(figure(sample) for sample in found.quarter(number)) for number in (1, 3))
        ratio = f"{after / before:.2f}" if before else ""
        lines.append(f"| {name} | {before:.1f} | {after:.1f} | {ratio} |")
    return "\n".join(lines)


FIGURES: dict[str, Callable[[Sample], float]] = {
    "memory, MB": lambda sample: sample.memory,
    "open files": lambda sample: sample.files,
    "threads of the operating system": lambda sample: sample.threads,
    "connections to PostgreSQL": lambda sample: sample.connections,
    "messages under way": lambda sample: sample.inbox,
    "posts under way": lambda sample: sample.outbox,
}


async def run(url: str, folder: Path, *, minutes: float, rate: float) -> Soak:
    """The whole of it, with a bot of its own over this database."""
    async with open_side("socket", url, folder) as side:
        await warm_up(side)
        return await soak(side, minutes=minutes, rate=rate)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description="Does the bot grow?")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--rate", type=float, default=3, help="approvals per second")
    given = parser.parse_args()
    with (
        open_server() as server,
        migrated_template(server.url) as template,
        database(server.url, template=template) as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        found = asyncio.run(run(url, Path(folder), minutes=given.minutes, rate=given.rate))
    print(markdown(found, given.minutes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
