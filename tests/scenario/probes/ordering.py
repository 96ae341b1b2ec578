"""Asks before it orders, with an amount in its state that may be changed with the answer."""

from typing import Any, NotRequired

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict


class Wish(TypedDict):
    text: str


class Order(Wish):
    amount: NotRequired[int]
    outcome: NotRequired[str]


class Outcome(TypedDict):
    outcome: str


def prepare(state: Order) -> dict[str, Any]:
    return {"amount": 5}


def ask(state: Order) -> dict[str, Any]:
    agreed = interrupt({"question": "Order it?", "amount": state["amount"]})
    return {"outcome": f"ordered {state['amount']} of {state['text']}" if agreed else "nothing"}


builder = StateGraph(Order, input_schema=Wish, output_schema=Outcome)
builder.add_node("prepare", prepare)
builder.add_node("ask", ask)
builder.add_edge(START, "prepare")
builder.add_edge("prepare", "ask")
graph = builder.compile()
