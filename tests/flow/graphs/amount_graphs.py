"""Graphs that ask about an amount, which an answer or a change of the state can make another one.

Apart from their tests: the code of a graph is read with all that its file imports.
"""

from typing import Any, NotRequired

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

AMOUNT = {
    "type": "object",
    "properties": {"amount": {"type": "integer"}},
    "required": ["amount"],
}


class Order(TypedDict):
    text: str
    amount: NotRequired[int]
    paid: NotRequired[str]


class Wish(TypedDict):
    text: str


def prepare(_state: Order) -> dict[str, Any]:
    return {"amount": 5}


def ask_for_the_total(state: Order) -> dict[str, Any]:
    approved = interrupt({"question": "Order it?", "total": state["amount"]})
    return {"paid": str(state["amount"]) if approved else "nothing"}


def ask_with_a_schema(state: Order) -> dict[str, Any]:
    answer = interrupt({"question": "Pay how much?", "amount": state["amount"]}, response_schema=AMOUNT)
    return {"paid": str(answer["amount"])}


def _graph(asking: Any) -> Any:
    graph: Any = StateGraph(Order, input_schema=Wish)
    graph.add_node("prepare", prepare)
    graph.add_node("ask", asking)
    graph.add_edge(START, "prepare")
    graph.add_edge("prepare", "ask")
    return graph.compile()


def ordering_under_another_name() -> Any:
    return _graph(ask_for_the_total)


def asking_for_an_amount() -> Any:
    return _graph(ask_with_a_schema)
