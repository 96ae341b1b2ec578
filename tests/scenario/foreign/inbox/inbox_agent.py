"""A graph that asks as LangChain's Agent Inbox wants to be asked."""

from typing import Any, NotRequired

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict


class Given(TypedDict):
    to: str


class State(Given):
    outcome: NotRequired[str]


class Result(TypedDict):
    outcome: str


def review(state: State) -> dict[str, Any]:
    request = {
        "action_request": {"action": "send_email", "args": {"to": state["to"], "body": "Hello there"}},
        "config": {
            "allow_ignore": True,
            "allow_respond": True,
            "allow_edit": True,
            "allow_accept": True,
        },
        "description": "An email that is ready to go.",
    }
    response = interrupt([request])[0]
    match response["type"]:
        case "accept":
            outcome = f"sent to {state['to']}"
        case "edit":
            edited = response["args"]
            outcome = f"{edited['action']} to {edited['args']['to']}: {edited['args']['body']}"
        case "response":
            outcome = f"told: {response['args']}"
        case "ignore":
            outcome = "dropped"
        case other:
            raise ValueError(other)
    return {"outcome": outcome}


graph = StateGraph(State, input_schema=Given, output_schema=Result)
graph.add_node("review", review)
graph.add_edge(START, "review")
