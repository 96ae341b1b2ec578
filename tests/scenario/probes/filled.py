"""A graph without messages, started by a form of many kinds of field; its output is what it was given."""

from datetime import date
from typing import Annotated, Literal, NotRequired

from langgraph.graph import START, StateGraph
from pydantic import Field
from typing_extensions import TypedDict


class Order(TypedDict):
    customer: Annotated[str, Field(min_length=2, description="Who orders.")]
    count: Annotated[int, Field(ge=1, le=9)]
    price: Annotated[float, Field(gt=0)]
    express: bool
    size: Literal["small", "large"]
    due: NotRequired[date]
    tags: NotRequired[list[str]]


class Result(TypedDict):
    order: dict[str, object]
    total: float


def take(state: Order) -> Result:
    given = {name: str(value) if name == "due" else value for name, value in state.items()}
    return {"order": given, "total": state["count"] * state["price"]}


class State(Order):
    order: dict[str, object]
    total: float


graph = StateGraph(State, input_schema=Order, output_schema=Result)
graph.add_node("take", take)
graph.add_edge(START, "take")
