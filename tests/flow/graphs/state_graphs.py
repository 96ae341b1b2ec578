"""Graphs whose state people may change with an answer.

Apart from their tests: the code of a graph is read with all that its file imports.
"""

import operator
from enum import StrEnum
from typing import Annotated, Any, NotRequired

from langgraph.graph import START, StateGraph
from langgraph.managed import RemainingSteps
from langgraph.types import interrupt
from pydantic import BaseModel
from typing_extensions import TypedDict


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Place(BaseModel):
    city: str
    zip: str = ""


class Order(TypedDict):
    text: str
    amount: NotRequired[int]
    colour: NotRequired[Colour]
    place: NotRequired[Place]
    log: NotRequired[Annotated[list[str], operator.add]]
    steps: RemainingSteps
    secret: NotRequired[str]


class Wish(TypedDict):
    text: str


class Private(TypedDict):
    hidden: str


def prepare(_state: Order) -> dict[str, Any]:
    return {"amount": 5, "colour": Colour.RED, "place": Place(city="Rome"), "log": ["prepared"]}


def ask(state: Order) -> dict[str, Any]:
    approved = interrupt({"question": "Order it?", "amount": state["amount"]})
    assert isinstance(state["place"], Place)
    outcome = "yes" if approved else "no"
    return {"log": [f"{outcome}: {state['amount']} {state['colour']} in {state['place'].city}"]}


def whisper(_state: Order) -> dict[str, Any]:
    return {"hidden": "x"}


def listen(_state: Private) -> dict[str, Any]:
    return {}


def ordering() -> Any:
    graph: Any = StateGraph(Order, input_schema=Wish)
    graph.add_node("prepare", prepare)
    graph.add_node("ask", ask)
    graph.add_node("listen", listen, input_schema=Private)
    graph.add_edge(START, "prepare")
    graph.add_edge("prepare", "ask")
    graph.add_edge("ask", "listen")
    return graph.compile()


def side_by_side() -> Any:
    """Two questions of one step, which both look at the same field."""

    def node(name: str) -> Any:
        def run(state: Order) -> dict[str, Any]:
            approved = interrupt({"question": f"{name}?", "what": state["text"]})
            return {"log": [f"{name} {'yes' if approved else 'no'} {state['amount']}"]}

        return run

    graph: Any = StateGraph(Order, input_schema=Wish)
    graph.add_node("prepare", prepare)
    for name in ("left", "right"):
        graph.add_node(name, node(name))
        graph.add_edge("prepare", name)
    graph.add_edge(START, "prepare")
    return graph.compile()
