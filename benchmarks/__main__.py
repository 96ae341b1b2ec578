"""Measure everything, and write it into README.md and plot.svg.

    python -m benchmarks [--repetitions 3] [--quick] [--only PART ...] [--no-write]

This process is Slack and the people in it; every side is a process of its own. The parts are sides, lengths,
pending, takeover, succession, policy, ledger and timers. About twelve minutes.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg

from benchmarks import ledger, policy, report, timers
from benchmarks.burst import burst
from benchmarks.cell import Cell
from benchmarks.driving import measure, warm_up
from benchmarks.figures import percentile, short, spread
from benchmarks.pending import measure_pending, measure_start
from benchmarks.results import Governance, Lengths, Results
from benchmarks.server import Server, open_server
from benchmarks.sides import SIDES, Side, open_side
from benchmarks.takeover import succession, take_over
from benchmarks.talk import measure_length
from countersign.runtime import run as run_on_libuv
from tests.support.postgres.databases import database, migrated_template
from tests.support.processes.bots import ROOT

PARTS = ("sides", "lengths", "pending", "takeover", "succession", "policy", "ledger", "timers")
AT_ONCE, SLOW = 0.0, 0.15  # seconds that Slack takes for a call
PLAN = (
    (AT_ONCE, 1, 20),
    (AT_ONCE, 16, 128),
    (AT_ONCE, 64, 192),
    (SLOW, 1, 8),
    (SLOW, 16, 64),
    (SLOW, 64, 128),
)
QUICK = ((AT_ONCE, 1, 5), (AT_ONCE, 16, 32), (SLOW, 1, 3))


@dataclass(frozen=True, kw_only=True)
class Bench:
    server: Server
    template: str
    folder: Path
    results: Results
    quick: bool

    @asynccontextmanager
    async def side(self, name: str) -> AsyncIterator[Side]:
        """A side with an empty database."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        with database(self.server.url, template=self.template) as url:
            async with open_side(name, url, folder) as side:
                yield side

    async def engine(self, *wanted: str) -> list[Cell]:
        with database(self.server.url, template=self.template) as url:
            before = _size(url)
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "benchmarks.engine", url, str(self.server.postmaster), *wanted,
                cwd=ROOT, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            told, _ = await process.communicate()
            assert process.returncode == 0, "the engine failed"
            cells = [Cell(**json.loads(line)) for line in told.splitlines()]
            if all(each.endswith(":0") for each in wanted):
                approvals = sum(cell.approvals + cell.threads for cell in cells)
                self.results.stored_engine.append((_size(url) - before) / approvals)
            return cells

    async def sides(self, repetition: int) -> None:
        """Every side once, beginning with another one each time."""
        plan = QUICK if self.quick else PLAN
        names = ["engine", *SIDES]
        turn = repetition % len(names)
        for name in names[turn:] + names[:turn]:
            if name == "engine":
                wanted = [f"{threads}:{approvals}:0" for late, threads, approvals in plan if late == AT_ONCE]
                self.take(await self.engine(*wanted))
                continue
            async with self.side(name) as side:
                await self._one_side(side, plan)

    async def _one_side(self, side: Side, plan: Sequence[tuple[float, int, int]]) -> None:
        await warm_up(side)
        before, approvals = _size(side.url), 0
        for latency, threads, wanted in plan:
            cell = await measure(side, self.server, latency=latency, threads=threads, approvals=wanted)
            approvals += cell.approvals
            self.take([cell])
        if side.name == "naive":
            return
        self.results.stored.append((_size(side.url) - before) / approvals)
        found = await burst(side, seconds=1 if self.quick else 5)
        p99 = percentile(found.acknowledged, 99) * 1000
        say(f"{side.name:8} burst: acknowledged p99 {short(p99)} ms, {found.missed} missed")
        self.results.bursts.append(found)

    def take(self, cells: Sequence[Cell]) -> None:
        self.results.cells += cells
        for cell in cells:
            say(_line(cell))

    async def lengths(self) -> None:
        approvals = 2 if self.quick else 8
        engine = await self.engine(*(f"1:{approvals}:{length}" for length in (10, 100, 1000)))
        async with self.side("socket") as side:
            await warm_up(side)
            for length, floor in zip((10, 100, 1000), engine, strict=True):
                ours = await measure_length(side, length, approvals)
                self.results.lengths.append(Lengths(length=length, engine=floor, ours=ours))
                say(f"{length} messages: {_line(ours)}")

    async def pending(self) -> None:
        async with self.side("socket") as side:
            await warm_up(side)
            there = 0
            for total in (0, 10_000, 100_000):
                found = await measure_pending(side, there, total)
                there = total
                self.results.waiting.append(found)
                say(f"{total} wait: {short(found.memory)} MB; {_line(found.cell)}")
            await self._start(side, there)  # last: it is another process then
        async with self.side("socket") as side:
            await self._start(side, 0)

    async def _start(self, side: Side, waiting: int) -> None:
        start = await measure_start(side, waiting, 2 if self.quick else 5)
        self.results.starts.append(start)
        say(f"{waiting} wait: ready after {spread(start.seconds)} s, of it {spread(start.cpu)} s of CPU")

    async def takeover(self) -> None:
        for _ in range(1 if self.quick else 3):
            async with self.side("split") as side:
                self.results.takeovers.append(await take_over(side))
                say(f"taken over after {self.results.takeovers[-1]:.1f} s")

    async def policy(self) -> None:
        with database(self.server.url, template=self.template) as url:
            found = await policy.measure(url, 20 if self.quick else 200, 100)
        self._governs(
            "a decision under 100 rules, processor time more than without", "ms", policy.TARGET,
            [each.more for each in found], at_least=False,
        )  # fmt: skip

    async def ledger(self) -> None:
        rates = await ledger.measure_appending(self.server, self.template, 20 if self.quick else 200)
        self._governs(
            "approvals/s with the ledger's chain, of those without", "", ledger.LEAST_RATIO,
            [each.ratio for each in rates], at_least=True,
        )  # fmt: skip
        verified = await ledger.measure_verifying(self.server, self.template, 5_000 if self.quick else 50_000)
        self._governs(
            "entries that `audit verify` reads", "per s", ledger.LEAST_ENTRIES,
            [each.per_second for each in verified], at_least=True,
        )  # fmt: skip

    async def timers(self) -> None:
        with database(self.server.url, template=self.template) as url:
            shares = timers.processor_shares(url, 1_000 if self.quick else 100_000)
        self._governs(
            "processor time that 100,000 approvals' timers take at rest, of one core", "%",
            timers.MOST_PERCENT, shares, at_least=False,
        )  # fmt: skip

    def _governs(
        self, what: str, unit: str, bound: float, values: Sequence[float], *, at_least: bool
    ) -> None:
        found = Governance(what=what, unit=unit, bound=bound, at_least=at_least, values=values)
        self.results.governance.append(found)
        say(f"{what}: {spread(values)} {unit}")

    async def succession(self) -> None:
        with database(self.server.url, template=self.template) as url:
            self.results.gaps += await succession(url)
            say(f"next job after {max(self.results.gaps) * 1000:.1f} ms at most")


def say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


def _line(cell: Cell) -> str:
    card, answer = (short(percentile(times, 50) * 1000) for times in (cell.card, cell.answer))
    told = f"{cell.side:8} {cell.latency:4} s {cell.threads:3} threads: card {card} ms, answer {answer} ms"
    return f"{told}, {short(cell.rate)}/s, {short(cell.cost)} ms CPU" if cell.elapsed else told


def _size(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        assert row is not None
        return int(row[0])


def _machine() -> str:
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    python = sys.version.split()[0]
    return f"{datetime.now(UTC):%Y-%m-%d}, {psutil.cpu_count()} cores, Python {python}, load before {load}"


async def run(bench: Bench, parts: Sequence[str]) -> None:
    if "sides" in parts:
        for repetition in range(bench.results.repetitions):
            await bench.sides(repetition)
    for part in PARTS[1:]:
        if part in parts:
            await getattr(bench, part)()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Countersign.")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a few approvals of each, to see that it runs")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART")
    parser.add_argument("--no-write", action="store_true", help="print the tables and leave README.md alone")
    given = parser.parse_args()
    results = Results(machine=_machine(), repetitions=given.repetitions)
    with (
        open_server() as server,
        migrated_template(server.url) as template,
        tempfile.TemporaryDirectory() as folder,
    ):
        bench = Bench(
            server=server, template=template, folder=Path(folder), results=results, quick=given.quick
        )
        run_on_libuv(run(bench, given.only))
    if given.no_write:
        print(report.markdown(results))
    else:
        report.write(results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
