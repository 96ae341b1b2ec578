"""The floor: the same graph and checkpointer without Slack, with a saver and a connection per thread.

    python -m benchmarks.engine DATABASE_URL POSTMASTER_PID THREADS:APPROVALS:LENGTH ...

prints one cell of JSON per line. LENGTH is how many messages each thread has before it is measured.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import asdict
from typing import Any, TypeVar
from uuid import uuid4

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.types import Command

from benchmarks.cell import Cell
from benchmarks.graph import ANSWER, graph
from benchmarks.server import own_cpu, tree_cpu
from benchmarks.talk import add_talk
from countersign.runs.loading import bind_checkpointer
from countersign.store.connections.pool import open_session

T = TypeVar("T")


async def measure(url: str, postmaster: int, threads: int, approvals: int, length: int) -> Cell:
    cell = Cell(side="engine", latency=0.0, threads=threads)
    async with AsyncExitStack() as stack:
        sessions = [await stack.enter_async_context(await open_session(url)) for _ in range(threads)]
        compiled = graph()
        graphs = [bind_checkpointer(compiled, AsyncPostgresSaver(session)) for session in sessions]
        await asyncio.gather(
            *(_approve(each, _thread(), Cell(side="", latency=0, threads=0)) for each in graphs)
        )
        configs = [[_thread() for _ in range(approvals // threads)] for _ in range(threads)]
        if length:
            for config in (config for several in configs for config in several):
                await add_talk(graphs[0], config, length)
        cpu, cpu_postgres, began = own_cpu([os.getpid()]), tree_cpu(postmaster), time.perf_counter()
        await asyncio.gather(
            *(_several(each, several, cell) for each, several in zip(graphs, configs, strict=True))
        )
        cell.elapsed = time.perf_counter() - began
        cell.cpu_side = own_cpu([os.getpid()]) - cpu
        cell.cpu_postgres = tree_cpu(postmaster) - cpu_postgres
    return cell


def _thread() -> RunnableConfig:
    return {"configurable": {"thread_id": f"T/C/{uuid4()}"}}


async def _several(compiled: Any, configs: list[RunnableConfig], cell: Cell) -> None:
    for config in configs:
        await _approve(compiled, config, cell)


async def _approve(compiled: Any, config: RunnableConfig, cell: Cell) -> None:
    given = {"messages": [{"role": "user", "content": "transfer 12"}]}
    asked, seconds = await _timed(compiled.ainvoke(given, config, durability="sync"))
    cell.card.append(seconds)
    answer: Command[Any] = Command(resume={asked["__interrupt__"][0].id: {"type": "approve"}})
    ended, seconds = await _timed(compiled.ainvoke(answer, config, durability="sync"))
    cell.answer.append(seconds)
    assert ANSWER in ended["messages"][-1].text


async def _timed(run: Awaitable[T]) -> tuple[T, float]:
    began = time.perf_counter()
    result = await run
    return result, time.perf_counter() - began


async def main(url: str, postmaster: str, *wanted: str) -> None:
    for each in wanted:
        threads, approvals, length = (int(part) for part in each.split(":"))
        cell = await measure(url, int(postmaster), threads, approvals, length)
        print(json.dumps(asdict(cell)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
