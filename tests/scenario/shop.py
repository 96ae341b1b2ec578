"""A shop's graph, whose state, question and answer all carry what the customer wrote."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.stage import Stage, open_stage

GRAPH = """
from typing import NotRequired
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

class Wish(TypedDict):
    text: str

class Order(Wish):
    note: NotRequired[str]
    outcome: NotRequired[str]

def prepare(state: Order) -> dict:
    return {"note": f"noted: {state['text']}"}

def ask(state: Order) -> dict:
    answer = interrupt({"action": "order", "what": state["text"], "note": state["note"]})
    return {"outcome": f"ordered {state['text']}" if answer else "nothing"}

builder = StateGraph(Order, input_schema=Wish)
builder.add_node("prepare", prepare)
builder.add_node("ask", ask)
builder.add_edge(START, "prepare")
builder.add_edge("prepare", "ask")
graph = builder.compile()
"""


@asynccontextmanager
async def open_shop(folder: Path, database_url: str) -> AsyncIterator[Stage]:
    """A stage whose only graph is `order`."""
    (folder / "shop.py").write_text(GRAPH)
    async with open_stage(folder, database_url) as stage:
        stage.config.write_text('{"dependencies": ["."], "graphs": {"order": "./shop.py:graph"}}')
        yield stage
