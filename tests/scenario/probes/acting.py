"""Asks, waits, and acts once unless the approval is too old by then: then it asks again.

It waits for the file `act` in $PROBE_FOLDER, and makes `act.reached`. Each time that it acts is a line of
`acted`, each time that it finds its approval too old a line of `lapsed`.
"""

import asyncio
import os
from pathlib import Path
from typing import Any, NotRequired

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from graphs.host import host_of


class Wish(TypedDict):
    text: str


class State(Wish):
    agreed: NotRequired[bool]
    outcome: NotRequired[str]


class Outcome(TypedDict):
    outcome: str


class TooOldError(RuntimeError):
    nothing_done = True


def ask(state: State) -> dict[str, Any]:
    answer = interrupt({"type": "tool_approval", "name": "act", "args": {"text": state["text"]}})
    return {"agreed": answer["type"] == "approve"}


async def act(state: State, config: RunnableConfig) -> dict[str, Any]:
    host = host_of(config)
    assert host is not None, "it runs in the bot"
    folder = Path(os.environ["PROBE_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 -- a probe's own folder

    async def effect() -> str:
        (folder / "act.reached").touch()
        while not (folder / "act").exists():  # noqa: ASYNC110 -- a file tells nobody that it is there
            await asyncio.sleep(0.02)
        if not await host.still_valid():
            with (folder / "lapsed").open("a") as noted:
                noted.write("lapsed\n")
            raise TooOldError
        with (folder / "acted").open("a") as noted:
            noted.write("acted\n")
        return "acted"

    if not state["agreed"]:
        return {"outcome": "nothing"}
    try:
        done = await host.once(f"{config['configurable']['thread_id']}:act", effect)
    except TooOldError:
        return {"agreed": False, "outcome": "too old"}
    return {"outcome": str(done)}


def after(state: State) -> str:
    return "ask" if state.get("outcome") == "too old" else END


builder = StateGraph(State, input_schema=Wish, output_schema=Outcome)
builder.add_node("ask", ask)
builder.add_node("act", act)
builder.add_edge(START, "ask")
builder.add_edge("ask", "act")
builder.add_conditional_edges("act", after, ["ask", END])
graph = builder.compile()
