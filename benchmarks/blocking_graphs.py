"""Graphs whose nodes hold their event loop: asleep, and busy with Python code."""

import os
import time
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph

SECONDS = 4.0


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


asleep = StateGraph(MessagesState)
asleep.add_node("sleep", sleep)
asleep.add_edge(START, "sleep")

busy = StateGraph(MessagesState)
busy.add_node("spin", spin)
busy.add_edge(START, "spin")
