"""People who ask and approve, as fast as they are answered, in as many threads as there are to be."""

import asyncio
import os
import time

from benchmarks.cell import Cell
from benchmarks.graph import ANSWER
from benchmarks.server import Server, own_cpu
from benchmarks.sides import Side
from countersign.testing.cards import approval_card
from slack_local.model.wire_log import WireLog
from slack_local.people.person import Person

LIMIT = 120.0  # seconds after which something is broken, not slow


async def measure(side: Side, server: Server, *, latency: float, threads: int, approvals: int) -> Cell:
    """One cell of a side that is warm: it has made its connections and learnt who people are."""
    side.ws.faults.latency = latency
    side.ws.slack.log = WireLog()
    side.ws.slack.log.on_entry = lambda: None
    cell = Cell(side=side.name, latency=latency, threads=threads)
    cpu, cpu_postgres, cpu_self = own_cpu(side.pids), server.cpu(), own_cpu([os.getpid()])
    began = time.perf_counter()
    await asyncio.gather(*(_several(side, approvals // threads, cell, number) for number in range(threads)))
    cell.elapsed = time.perf_counter() - began
    await _calm(side)
    cell.calls = len(side.ws.log.calls())
    cell.cpu_side = own_cpu(side.pids) - cpu
    cell.cpu_postgres = server.cpu() - cpu_postgres
    cell.cpu_workspace = own_cpu([os.getpid()]) - cpu_self
    assert not side.ws.log.violations(), side.ws.log.violations()
    return cell


async def warm_up(side: Side, threads: int = 4) -> None:
    side.ws.faults.latency = 0.0
    cell = Cell(side=side.name, latency=0.0, threads=threads)
    await asyncio.gather(*(_several(side, 2, cell, number) for number in range(threads)))


async def _several(side: Side, approvals: int, cell: Cell, number: int) -> None:
    asker = (side.ws.carol, side.ws.alice, side.ws.bob)[number % 3]  # each has a share of the slots
    for _ in range(approvals):
        await approve(side, cell, asker=asker)


async def approve(
    side: Side, cell: Cell, thread_ts: str | None = None, *, asker: Person | None = None
) -> None:
    """Somebody asks (carol), bob approves, the answer comes."""
    began = time.perf_counter()
    thread = await (asker or side.ws.carol).mentions("transfer 12", thread_ts=thread_ts)
    card = await approval_card(thread, limit=LIMIT)
    cell.card.append(time.perf_counter() - began)
    began = time.perf_counter()
    press = asyncio.create_task(card.click(side.approve, side.ws.bob))
    await thread.wait_for(lambda message: message.text.startswith(ANSWER), limit=LIMIT)
    cell.answer.append(time.perf_counter() - began)
    clicked = await press
    assert clicked.error is None, clicked.error


async def _calm(side: Side) -> None:
    """Wait until the last cards are redrawn: a quarter of a second without a call."""
    calls = -1
    while calls != (now := len(side.ws.log.calls())):
        calls = now
        await asyncio.sleep(0.25 + side.ws.faults.latency)
