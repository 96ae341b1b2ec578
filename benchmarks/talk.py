"""Threads that have been talked in before."""

from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from benchmarks.cell import Cell
from benchmarks.driving import approve
from benchmarks.graph import graph
from benchmarks.sides import Side
from countersign.runs.loading import bind_checkpointer
from countersign.store.connections.pool import open_session

_LINE = "The second reminder came this morning, and the amount is the same as on the first one. "
LAST = "talk-last"  # the id of the last message


async def add_talk(compiled: Any, config: RunnableConfig, length: int) -> None:
    """Give the thread a history of so many messages."""
    messages: list[BaseMessage] = []
    for number in range(length - 1):
        kind = AIMessage if number % 2 else HumanMessage
        messages.append(kind(_LINE * 2, id=f"talk-{number}"))
    messages.append(AIMessage(_LINE, id=LAST))
    await compiled.aupdate_state(config, {"messages": messages}, as_node="model")


async def measure_length(side: Side, length: int, approvals: int) -> Cell:
    """Approvals, one after the other, each in a thread of this length."""
    side.ws.faults.latency = 0.0
    cell = Cell(side=side.name, latency=0.0, threads=1)
    async with await open_session(side.url) as session:
        compiled = bind_checkpointer(graph(), AsyncPostgresSaver(session))
        for _ in range(approvals):
            thread = await side.ws.carol.says("#general", "about that invoice")
            await add_talk(compiled, {"configurable": {"thread_id": thread.id}}, length)
            await session.execute(
                "INSERT INTO countersign.threads (id, graph, last_posted_key) VALUES (%s, 'transfers', %s)",
                (thread.id, LAST),
            )
            await approve(side, cell, thread.ts)
    return cell
