"""One process with so much in its database: its start, memory, Home tabs, `/approvals` and approvals."""

import asyncio
import time
from pathlib import Path

import psutil

from benchmarks.cell import Cell
from benchmarks.driving import LIMIT, approve
from benchmarks.figures import percentile, spread
from benchmarks.pending import SWEEPS, measure_start
from benchmarks.scale.findings import Finding
from benchmarks.sides import Side, open_side
from slack_local.model.wire_log import WireLog


async def measure(url: str, folder: Path, *, looks: int = 100) -> list[Finding]:
    """Alice is in #general, where a tenth of all waits; bob asked for a tenth."""
    found = []
    async with open_side("socket", url, folder) as side:
        side.ws.faults.latency = 0.0
        await asyncio.sleep(SWEEPS)
        for person in (side.ws.alice, side.ws.bob):
            await person.opens_home()
            await person.runs("/approvals")
        opened = [await _home(side) for _ in range(looks)]
        listed = [await _list(side) for _ in range(looks)]
        cell = Cell(side=side.name, latency=0.0, threads=1)
        for _ in range(20):
            await approve(side, cell)
        memory = psutil.Process(side.pids[0]).memory_info().rss / 1e6
        for what, times in (("App Home", opened), ("`/approvals`", listed)):
            found.append(Finding.of(f"{what}, p50", "ms", percentile(times, 50) * 1000))
            found.append(Finding.of(f"{what}, p99", "ms", percentile(times, 99) * 1000, most=200))
        found.append(Finding.of("message to card, p50", "ms", percentile(cell.card, 50) * 1000))
        found.append(Finding.of("click to answer, p50", "ms", percentile(cell.answer, 50) * 1000))
        found.append(Finding.of("memory of the process", "MB", memory, most=300))
        start = await measure_start(side, 0, 5)
    ready, cpu = spread(start.seconds), spread(start.cpu)
    found.append(Finding.of("start to ready", "s", ready.middle, least=ready.least, greatest=ready.most))
    found.append(Finding.of("processor time of a start", "s", cpu.middle, least=cpu.least, greatest=cpu.most))
    return found


async def _home(side: Side) -> float:
    """From opening the tab until it is published."""
    side.ws.slack.log = log = WireLog()
    began = time.perf_counter()
    await side.ws.alice.opens_home()
    while not log.calls("views.publish"):
        assert time.perf_counter() - began < LIMIT, "the Home tab is not published"
        await asyncio.sleep(0.002)
    took = time.perf_counter() - began
    await asyncio.sleep(0.1)  # what opens while the last one is still recorded is not published twice
    return took


async def _list(side: Side) -> float:
    """From typing the command until its answer is there."""
    began = time.perf_counter()
    answer = await side.ws.alice.runs("/approvals")
    assert answer.error is None, answer.error
    return time.perf_counter() - began
