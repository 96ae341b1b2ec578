"""Graphs whose nodes hold their event loop: asleep, busy with Python code, and in one call of C."""

import os
import time
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph

SECONDS = 3.0
_SAMPLE = 5_000_000


def _note(kind: str) -> None:
    (Path(os.environ["BENCHMARK_FOLDER"]) / f"{kind}.reached").touch()


async def sleep(state: MessagesState) -> dict[str, Any]:  # noqa: ARG001 -- a node takes it
    _note("asleep")
    time.sleep(SECONDS)  # noqa: ASYNC251 -- that is the point
    return {"messages": [AIMessage("Awake.")]}


async def spin(state: MessagesState) -> dict[str, Any]:  # noqa: ARG001 -- a node takes it
    _note("busy")
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        sum(range(100))
    return {"messages": [AIMessage("Done.")]}


async def call_c(state: MessagesState) -> dict[str, Any]:  # noqa: ARG001 -- a node takes it
    began = time.monotonic()
    sum(range(_SAMPLE))
    repeat = SECONDS / (time.monotonic() - began)
    _note("in_c")
    sum(range(int(_SAMPLE * repeat)))  # one call, in which no other thread of the process runs
    return {"messages": [AIMessage("Done.")]}


asleep = StateGraph(MessagesState)
asleep.add_node("sleep", sleep)
asleep.add_edge(START, "sleep")

busy = StateGraph(MessagesState)
busy.add_node("spin", spin)
busy.add_edge(START, "spin")

in_c = StateGraph(MessagesState)
in_c.add_node("call_c", call_c)
in_c.add_edge(START, "call_c")
