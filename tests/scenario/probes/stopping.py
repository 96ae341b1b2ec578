"""Stops before it pays, with a state that holds what a rule redacts."""

from typing import Any

from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph


class State(MessagesState, total=False):
    iban: str
    salary: int
    amount: int
    note: str


def prepare(state: State) -> dict[str, Any]:
    return {
        "iban": "DE02 1203 0000",
        "salary": 483920,
        "amount": len(state["messages"]),
        "note": "to DE02 1203 0000",
    }


def pay(state: State) -> dict[str, Any]:
    return {"messages": [AIMessage(f"Paid {state['amount']}.")]}


builder = StateGraph(State)
builder.add_node("prepare", prepare)
builder.add_node("pay", pay)
builder.add_edge(START, "prepare")
builder.add_edge("prepare", "pay")
graph = builder.compile(interrupt_before=["pay"])
