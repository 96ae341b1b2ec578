"""A project whose one graph asks before it pays, and the command `graphs` run in its folder."""

import json
from pathlib import Path
from typing import NotRequired

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from tests.commands.test_commands import run_checkout
from tests.support.harness import a_thread, open_harness

GRAPH = """
from typing import NotRequired
from typing_extensions import TypedDict
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

class State(TypedDict):
    text: str
    outcome: NotRequired[str]

def {node}(state: State) -> dict:
    approved = interrupt({{"question": "Pay?", "text": state["text"]}})
    return {{"outcome": "paid" if {test} else "kept"}}

builder = StateGraph(State)
builder.add_node("{node}", {node})
builder.add_edge(START, "{node}")
graph = builder.compile()
"""


class State(TypedDict):
    text: str
    outcome: NotRequired[str]


def review(state: State) -> dict[str, str]:
    """The code that is in use while the approval is opened."""
    approved = interrupt({"question": "Pay?", "text": state["text"]})
    return {"outcome": "paid" if approved else "kept"}


def deploy(project: Path, *, name: str = "pay", node: str = "review", test: str = "approved") -> None:
    (project / "pay.py").write_text(GRAPH.format(node=node, test=test))
    (project / "langgraph.json").write_text(json.dumps({"graphs": {name: "./pay.py:graph"}}))


def run(project: Path, *arguments: str, url: str = "") -> tuple[int, str]:
    done = run_checkout("graphs", *arguments, cwd=project, DATABASE_URL=url)
    return done.returncode, done.stdout + done.stderr


async def ask(url: str) -> str:
    """One approval that waits, asked by the graph `pay` as it is here."""
    builder = StateGraph(State)
    builder.add_node("review", review)
    builder.add_edge(START, "review")
    async with open_harness(url, {"pay": builder}) as harness:
        thread = a_thread()
        await harness.say(thread, "five")
        return str((await harness.the_card(thread)).id)
