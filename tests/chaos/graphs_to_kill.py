"""Graphs whose steps can be watched, held and made deadly from outside, through files in CHAOS_FOLDER.

A message is a wish, `<name>` or `<name> <words>`. A node `at` of a run with the word `hold:at` makes the file
`<name>.at.reached` and waits for `<name>.at.go`; one with the word `dies:at` kills its process for as long as
the file `deadly` is there.
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
    approved: bool


def folder() -> Path:
    return Path(os.environ["CHAOS_FOLDER"])


async def stand(state: MessagesState, at: str) -> str:
    """Note that this place was reached, and do here what the wish says. Gives the wish's name."""
    wish = next(message.text for message in reversed(state["messages"]) if message.type == "human")
    name, *words = wish.split()
    with (folder() / f"{name}.{at}.passed").open("a") as passed:
        passed.write(f"{os.getpid()}\n")
    if f"dies:{at}" in words and (folder() / "deadly").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    if f"hold:{at}" in words:
        (folder() / f"{name}.{at}.reached").touch()
        while not (folder() / f"{name}.{at}.go").exists():  # noqa: ASYNC110 -- the event is in another process
            await asyncio.sleep(0.02)
    return name


async def think(state: State) -> dict[str, Any]:
    await stand(state, "think")
    return {}


async def ask(state: State) -> dict[str, Any]:
    name = await stand(state, "ask")
    return {"approved": interrupt({"question": "Do it?", "what": name}) is True}


async def act(state: State, config: RunnableConfig) -> dict[str, Any]:
    """The effect: a message in a channel, keyed as graphs' authors are told to."""
    name = await stand(state, "act")
    host = host_of(config)
    assert host is not None
    if state["approved"]:
        key = f"{config['configurable']['thread_id']}:{name}"
        await host.post(key, os.environ["CHAOS_CHANNEL"], f"effect of {name}")
    await stand(state, "acted")
    return {}


async def say(state: State) -> dict[str, Any]:
    name = await stand(state, "say")
    return {"messages": [AIMessage(content=f"{'Did' if state['approved'] else 'Left'} {name}.")]}


async def echo_back(state: MessagesState) -> dict[str, Any]:
    name = await stand(state, "echo")
    return {"messages": [AIMessage(content=f"Heard {name}.")]}


gate = StateGraph(State)
gate.add_node("think", think)
gate.add_node("ask", ask)
gate.add_node("act", act)
gate.add_node("say", say)
gate.add_edge(START, "think")
gate.add_edge("think", "ask")
gate.add_edge("ask", "act")
gate.add_edge("act", "say")

echo = StateGraph(MessagesState)
echo.add_node("echo", echo_back)
echo.add_edge(START, "echo")


def doomed(config: RunnableConfig) -> StateGraph[Any, Any, Any, Any]:
    """A graph that is built for each run, and whose building kills: no checkpoint is ever written."""
    if config["configurable"]["thread_id"] and (folder() / "deadly").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    return echo
