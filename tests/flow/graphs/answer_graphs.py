"""Graphs that use an answer in one way or another, read without the imports of their tests."""

from typing import Any, NotRequired

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict


class Order(TypedDict):
    text: str
    outcome: NotRequired[str]


def pays_if_true(state: Order) -> dict[str, str]:
    approved = interrupt({"question": "Pay?", "amount": 5})
    return {"outcome": "paid" if approved else "kept"}


def wants_a_number(state: Order) -> dict[str, str]:
    return {"outcome": f"paid {int(interrupt('How much?'))}"}


def one_of_two(state: Order) -> dict[str, str]:
    if interrupt("Who pays?") == "Alice":
        return {"outcome": "Alice pays"}
    return {"outcome": f"{interrupt('And what does Bob say?')}"}


def graph_of(node: Any, name: str = "ask") -> Any:
    builder: Any = StateGraph(Order)
    builder.add_node(name, node)
    builder.add_edge(START, name)
    return builder


def pays_if_told_so(state: Order) -> dict[str, str]:
    """The code as it is after a deployment: it asks in the same words, and wants another answer."""
    approved = interrupt({"question": "Pay?", "amount": 5})
    return {"outcome": "paid" if approved == "pay" else "kept"}


def pays_if_it_is_true(state: Order) -> dict[str, str]:
    """The code as it is after a deployment that changes nothing that matters."""
    approved = interrupt({"question": "Pay?", "amount": 5})
    print("asked")
    return {"outcome": "paid" if approved is True else "kept"}
