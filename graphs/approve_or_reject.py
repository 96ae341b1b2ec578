"""Pays a refund once it is approved.

Pattern: a critical step runs or is skipped, and the answer decides the way through the graph.

The request has several typed fields, so a run of this graph is started by a form. The node that asks does
nothing else: it runs again when the answer comes, and `Command(goto=...)` sends the run on.
"""

from typing import Annotated, Literal, NotRequired

from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from pydantic import Field
from typing_extensions import TypedDict


class Refund(TypedDict):
    """What somebody fills in to ask for a refund."""

    customer: Annotated[str, Field(min_length=1, description="The customer's name or number.")]
    amount: Annotated[float, Field(gt=0, description="How much to pay back.")]
    currency: Literal["EUR", "USD", "GBP"]
    goodwill: Annotated[bool, Field(description="Paid without an obligation.")]
    reason: NotRequired[Annotated[str, Field(description="What the approver should know.")]]


class State(Refund):
    outcome: NotRequired[str]


class Result(TypedDict):
    outcome: str


def review(state: State) -> Command[Literal["pay", "decline"]]:
    """Ask whether to pay, and go where the answer points."""
    request = {field: value for field, value in state.items() if field != "outcome"}
    approved = interrupt({"question": "Pay this refund?", **request})
    return Command(goto="pay" if approved is True else "decline")


def pay(state: State) -> Result:
    """Stand where the payment would be made; reached only after a yes."""
    return {"outcome": f"Released: {state['amount']:.2f} {state['currency']} to {state['customer']}."}


def decline(state: State) -> Result:
    """Skip the payment."""
    return {"outcome": f"Declined: nothing is paid to {state['customer']}."}


graph = StateGraph(State, input_schema=Refund, output_schema=Result)
graph.add_node("review", review)
graph.add_node("pay", pay)
graph.add_node("decline", decline)
graph.add_edge(START, "review")
graph.add_edge("pay", END)
graph.add_edge("decline", END)
