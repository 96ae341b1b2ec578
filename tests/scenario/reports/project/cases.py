"""What all of these graphs are made of: one step that asks, and `outcome`, which says what it heard."""

from collections.abc import Callable
from typing import Any, NotRequired

from langgraph.graph import START, StateGraph
from langgraph.pregel import Pregel
from typing_extensions import TypedDict


class Case(TypedDict):
    text: str
    outcome: NotRequired[str]
    decision: NotRequired[Any]
    note: NotRequired[Any]


def only(*steps: Callable[..., Any]) -> Pregel[Any, Any, Any, Any]:
    """A graph of these steps, one after the other."""
    return StateGraph(Case).add_sequence(steps).add_edge(START, steps[0].__name__).compile()


def ran(**heard: Any) -> dict[str, Any]:
    """The action was taken."""
    return {"outcome": f"RAN {heard}" if heard else "RAN"}


def kept(**heard: Any) -> dict[str, Any]:
    return {"outcome": f"KEPT {heard}" if heard else "KEPT"}
