"""Graphs whose nodes a test observes, blocks and crashes from outside, through files in CHAOS_FOLDER.

A message is a request, `<name>` or `<name> <words>`. With the word `hold:at`, the node `at` creates the file
`<name>.at.reached` and waits for `<name>.at.go`. With the word `dies:at` it kills its process while the file
`deadly` exists.
"""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from graphs.host import host_of


class State(MessagesState):
    approve: bool


def folder() -> Path:
    return Path(os.environ["CHAOS_FOLDER"])


async def checkpoint(state: MessagesState, at: str) -> str:
    """Record the visit, then block or crash as the request says. Returns the request's name."""
    request = next(message.text for message in reversed(state["messages"]) if message.type == "human")
    name, *words = request.split()
    with (folder() / f"{name}.{at}.visits").open("a") as visits:
        visits.write(f"{os.getpid()}\n")
    if f"dies:{at}" in words and (folder() / "deadly").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    if f"hold:{at}" in words:
        (folder() / f"{name}.{at}.reached").touch()
        while not (folder() / f"{name}.{at}.go").exists():  # noqa: ASYNC110 -- the event is in another process
            await asyncio.sleep(0.02)
    return name


async def think(state: State) -> dict[str, Any]:
    await checkpoint(state, "think")
    return {}


async def ask(state: State) -> dict[str, Any]:
    name = await checkpoint(state, "ask")
    return {"approve": interrupt({"question": "Do it?", "what": name}) is True}


async def act(state: State, config: RunnableConfig) -> dict[str, Any]:
    """The side effect: a message in a channel, with an idempotency key."""
    name = await checkpoint(state, "act")
    host = host_of(config)
    assert host is not None
    if state["approve"]:
        key = f"{config['configurable']['thread_id']}:{name}"
        await host.post(key, os.environ["CHAOS_CHANNEL"], f"effect of {name}")
    await checkpoint(state, "acted")
    return {}


async def answer(state: State) -> dict[str, Any]:
    name = await checkpoint(state, "answer")
    return {"messages": [AIMessage(content=f"{'Did' if state['approve'] else 'Left'} {name}.")]}


async def echo_back(state: MessagesState) -> dict[str, Any]:
    name = await checkpoint(state, "echo")
    return {"messages": [AIMessage(content=f"Heard {name}.")]}


gate = StateGraph(State)
gate.add_node("think", think)
gate.add_node("ask", ask)
gate.add_node("act", act)
gate.add_node("answer", answer)
gate.add_edge(START, "think")
gate.add_edge("think", "ask")
gate.add_edge("ask", "act")
gate.add_edge("act", "answer")

echo = StateGraph(MessagesState)
echo.add_node("echo", echo_back)
echo.add_edge(START, "echo")


def doomed(config: RunnableConfig) -> StateGraph[Any, Any, Any, Any]:
    """A factory that kills its process: no checkpoint is ever written."""
    if config["configurable"]["thread_id"] and (folder() / "deadly").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    return echo
