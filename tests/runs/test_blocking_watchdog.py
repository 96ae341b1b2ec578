"""What blocks the graph loop is named: the node, its thread, and the line."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from countersign.runs.event_loop.blocking_watchdog import describe_blocker
from countersign.runs.event_loop.graph_loop import open_graph_loop
from countersign.runs.event_loop.loop_bridge import LoopBridge
from countersign.runtime import new_event_loop

reached, go_on = threading.Event(), threading.Event()


@pytest.fixture
async def bridge() -> AsyncIterator[LoopBridge]:
    reached.clear()
    go_on.clear()
    async with open_graph_loop(new_event_loop) as opened:
        yield opened
        go_on.set()


def block() -> None:
    reached.set()
    go_on.wait(20)


async def blocks(state: MessagesState) -> dict[str, Any]:
    block()
    return {}


@tool
async def slow_tool() -> str:
    """Block."""
    block()
    return "done"


async def call_tool(state: MessagesState) -> dict[str, Any]:
    call = {"name": "slow_tool", "args": {}, "id": "1", "type": "tool_call"}
    return {"messages": [AIMessage("", tool_calls=[call])]}


def one_node() -> Any:
    graph = StateGraph(MessagesState)
    graph.add_node("pay", blocks)
    graph.add_edge(START, "pay")
    return graph.compile()


def nested() -> Any:
    outer = StateGraph(MessagesState)
    outer.add_node("inner", one_node())
    outer.add_edge(START, "inner")
    return outer.compile()


def with_tool() -> Any:
    graph = StateGraph(MessagesState)
    graph.add_node("model", call_tool)
    graph.add_node("tools", ToolNode([slow_tool]))
    graph.add_edge(START, "model")
    graph.add_edge("model", "tools")
    return graph.compile()


@pytest.mark.parametrize(("build", "node"), [(one_node, "pay"), (nested, "pay"), (with_tool, "tools")])
async def test_the_node_that_blocks_is_named(bridge: LoopBridge, build: Callable[[], Any], node: str) -> None:
    ident = await bridge.call(_ident)
    config = {"configurable": {"thread_id": "T1/C1/1.0"}}
    running = asyncio.create_task(bridge.call(lambda: build().ainvoke({"messages": []}, config)))
    assert await asyncio.to_thread(reached.wait, 10)
    found = describe_blocker(bridge.loop, ident)
    go_on.set()
    await running
    assert (found["node"], found["thread_id"]) == (node, "T1/C1/1.0")
    assert "test_blocking_watchdog.py:" in found["at"]
    assert found["at"].endswith(" in block")


async def test_what_is_no_node_is_named_by_its_line(bridge: LoopBridge) -> None:
    async def work() -> None:
        block()

    ident = await bridge.call(_ident)
    running = asyncio.create_task(bridge.call(work))
    assert await asyncio.to_thread(reached.wait, 10)
    found = describe_blocker(bridge.loop, ident)
    go_on.set()
    await running
    assert found.keys() == {"at"}
    assert "test_blocking_watchdog.py:" in found["at"]


async def _ident() -> int:
    return threading.get_ident()
