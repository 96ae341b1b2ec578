"""The fields of the form that starts a graph: what its code reads, and what its schema requires."""

import operator
from itertools import pairwise
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.graph import START, StateGraph
from langgraph.types import Command
from pydantic import BaseModel

from countersign.flow.graph_state import StartsWith
from tests.runs.inputs.input_plans import Texts, plan_of


class Draft(TypedDict):
    topic: str
    tone: str
    draft: str
    rounds: int
    log: Annotated[list[str], operator.add]


def write(state: Draft) -> dict[str, Any]:
    return {"draft": f"{state['topic']}, {state.get('tone', 'plain')}"}


def count(state: Draft) -> dict[str, Any]:
    return {"rounds": state["rounds"] + 1, "log": [state["draft"]]}


def sign(state: Draft) -> dict[str, Any]:
    return {"draft": f"{state['draft']}, {state['tone']}"}


def whole(state: Draft) -> dict[str, Any]:
    return {"draft": str({**state})}


def unseen(state: Draft) -> Any:
    return dict.fromkeys(state, "")


def helped(state: Draft) -> Any:
    result = {"draft": topic_of(state)}
    result["tone"] = "dry"
    return Command(update=result, goto="b")


def topic_of(state: Draft) -> str:
    return state["topic"]


def in_a_branch(state: Draft) -> dict[str, Any]:
    if state.get("rounds"):
        return {"draft": f"{state['topic']}, {state['tone']}"}
    return {"draft": state["topic"]}


def in_an_expression(state: Draft) -> dict[str, Any]:
    tone = state["tone"] if state.get("rounds") else "plain"
    return {"draft": state.get("draft") or state["topic"] or tone}


def after_a_way_out(state: Draft) -> dict[str, Any]:
    if not state["topic"]:
        return {"draft": ""}
    return {"draft": state["tone"]}


def route(state: Draft) -> str:
    return "a" if state.get("tone") else "b"


async def async_read(state: Draft) -> dict[str, Any]:
    here = state
    return {"draft": here["topic"]}


def draft_graph(*nodes: Any, routed: bool = False, schema: Any = None) -> Any:
    graph: Any = StateGraph(Draft, input_schema=schema)
    for name, node in zip("abc", nodes, strict=False):
        graph.add_node(name, node)
    if routed:
        graph.add_conditional_edges(START, route, ["a", "b"])
    else:
        graph.add_edge(START, "a")
    for one, next_one in pairwise("abc"[: len(nodes)]):
        graph.add_edge(one, next_one)
    return graph


@pytest.mark.parametrize(
    ("graph", "asked", "required"),
    [
        (draft_graph(write, sign), {"topic", "tone"}, {"topic", "tone"}),
        (draft_graph(write), {"topic"}, {"topic"}),
        (draft_graph(count, write), {"topic", "rounds", "draft", "tone"}, {"topic", "rounds", "draft"}),
        (draft_graph(helped, sign), {"topic"}, {"topic"}),
        (draft_graph(async_read), {"topic"}, {"topic"}),
        (draft_graph(write, async_read, routed=True), {"topic", "tone"}, {"topic"}),
        (draft_graph(in_a_branch), {"topic", "rounds", "tone"}, {"topic"}),
        (draft_graph(in_an_expression), {"topic", "rounds", "tone", "draft"}, set()),
        (draft_graph(after_a_way_out), {"topic", "tone"}, {"topic"}),
        (draft_graph(whole), {"topic", "tone", "rounds"}, {"topic", "tone", "rounds"}),
        (draft_graph(async_read, unseen), {"topic"}, {"topic"}),
        (draft_graph(write, schema=Texts), {"topic", "tone"}, {"topic"}),
        (draft_graph(async_read, schema=Texts), {"topic", "tone"}, {"topic", "tone"}),
    ],
    ids=[
        "what a later node needs and none computes",
        "what is asked for may be missing",
        "a counter that the first node reads",
        "through a function of the module",
        "an alias in an async function",
        "what the first edge asks for",
        "what one branch reads",
        "what part of an expression reads",
        "what is read after a way out",
        "all of the state",
        "a node whose writes cannot be seen",
        "an input of its own, read with a default",
        "an input of its own, which its author requires",
    ],
)
def test_a_form_asks_for_what_the_code_reads(graph: Any, asked: set[str], required: set[str]) -> None:
    plan = plan_of(graph)
    if plan.info.starts_with is StartsWith.TEXT:
        assert {plan.text_property} == required
        return
    schema: Any = plan.info.form_schema
    assert set(schema["properties"]) == asked
    assert set(schema["required"]) == required


class Loose(TypedDict, total=False):
    topic: str
    tone: str


class Settings(BaseModel):
    topic: str
    draft: str
    tone: str = "dry"


@pytest.mark.parametrize(("state", "required"), [(Loose, set()), (Settings, {"topic", "draft"})])
def test_only_what_the_schema_requires_is_required(state: Any, required: set[str]) -> None:
    graph: Any = StateGraph(state)
    graph.add_node("a", lambda state: {"draft": state["topic"] if isinstance(state, dict) else state.topic})
    graph.add_edge(START, "a")
    schema: Any = plan_of(graph).info.form_schema
    assert set(schema["required"]) == required
