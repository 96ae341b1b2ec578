"""What waiting approvals cost: memory, the time of those that are decided meanwhile, and that of a start."""

import asyncio
import time
from dataclasses import dataclass

import psutil

from benchmarks.cell import Cell
from benchmarks.driving import approve
from benchmarks.server import own_cpu
from benchmarks.sides import Side
from countersign.store.connections.pool import open_session
from countersign.testing.cards import approval_card

SWEEPS = 11.0  # seconds in which every repair has had its turn twice

_THREADS = """
    INSERT INTO countersign.threads (id, graph)
    SELECT split_part(id, '/', 1) || '/' || split_part(id, '/', 2) || '/1600000000.' || lpad(n::text, 6, '0'),
           graph
    FROM countersign.threads, generate_series(%s::int, %s::int) n WHERE id = %s
"""
_APPROVALS = """
    INSERT INTO countersign.approvals
        (id, thread_id, interrupt_id, digest, value, schema, status, votes, version, rendered_version,
         card_ts, opened_at)
    SELECT gen_random_uuid(), t.id, a.interrupt_id, a.digest, a.value, a.schema, a.status, a.votes, a.version,
           a.version, split_part(t.id, '/', 3), a.opened_at
    FROM countersign.approvals a, countersign.threads t
    WHERE split_part(t.id, '/', 3) >= '1600000000.' || lpad(%s::text, 6, '0')
      AND t.id LIKE '%%/1600000000.%%' AND a.thread_id = %s
"""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    approvals: int
    memory: float  # MB of the process (its resident set)
    cell: Cell


@dataclass(frozen=True, kw_only=True)
class Start:
    approvals: int  # that wait
    seconds: tuple[float, ...]  # until the process is ready, once for each start
    cpu: tuple[float, ...]  # seconds of its processor time until then


async def measure_start(side: Side, approvals: int, times: int = 5) -> Start:
    """Start the only process again and again, warm: its files are in memory."""
    seconds, cpu = [], []
    bot = side.bots["bot"]
    for _ in range(times):
        await bot.stop()
        began = time.perf_counter()
        await bot.again()
        seconds.append(time.perf_counter() - began)
        assert bot.process is not None
        cpu.append(own_cpu([bot.process.pid]))
        await side.ws.connected(2)
    return Start(approvals=approvals, seconds=tuple(seconds), cpu=tuple(cpu))


async def measure_pending(side: Side, there: int, approvals: int) -> Waiting:
    """Memory with so many approvals that wait, `there` of them already, and ten more that are decided."""
    side.ws.faults.latency = 0.0
    cell = Cell(side=side.name, latency=0.0, threads=1)
    if approvals > there:
        thread = await side.ws.carol.mentions("transfer 12")
        await approval_card(thread)
        await _copy(side.url, thread.id, there, approvals)
    await side.ws.carol.runs("/approvals")
    await asyncio.sleep(SWEEPS)
    for _ in range(10):
        await approve(side, cell)
    memory = psutil.Process(side.pids[0]).memory_info().rss / 1e6
    return Waiting(approvals=approvals, memory=memory, cell=cell)


async def _copy(url: str, thread_id: str, there: int, approvals: int) -> None:
    """As if this thread's approval had been asked for in so many threads; their cards are posted."""
    async with await open_session(url) as session:
        await session.execute(_THREADS, (there, approvals - 1, thread_id))
        await session.execute(_APPROVALS, (there, thread_id))
        await session.execute("ANALYZE")
