"""A graph's context in the form that starts it: what langgraph.json gives, and what is missing."""

from dataclasses import dataclass
from typing import Any, TypedDict

import pytest
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.runtime import Runtime

from countersign.runs.inputs.input_plan import InputPlan
from countersign.runs.project.config import GraphConfigError
from tests.runs.inputs.input_plans import plan_of


@dataclass
class Context:
    model: str
    depth: int = 3


def with_context(**given: Any) -> InputPlan:
    graph: Any = StateGraph(MessagesState, context_schema=Context)
    graph.add_node("node", lambda state: {})
    graph.add_edge(START, "node")
    return plan_of(graph, context=given)


def test_a_context_has_langgraph_jsons_values_and_asks_for_what_is_missing() -> None:
    full = with_context(model="big", unknown=1)
    assert not full.info.needs_form(new=True)
    assert full.context.of_run({}) == {"model": "big"}

    asks = with_context(depth=5)
    schema: Any = asks.info.form_schema
    assert asks.info.needs_form(new=True)
    assert list(schema["properties"]["context"]["properties"]) == ["model"]
    given, context = asks.from_form({"messages": "Hi", "context": {"model": "small"}}, [])
    assert given == {"messages": [{"role": "user", "content": "Hi"}]}
    assert asks.context.of_run(context) == {"model": "small", "depth": 5}


def test_a_value_of_the_context_that_does_not_fit_is_named() -> None:
    with pytest.raises(GraphConfigError, match=r'graph "g": its "context" in langgraph.json .* "/depth"'):
        with_context(model="big", depth="deep")


class Keys(TypedDict):
    model: str
    effort: str
    unread: str


def reads_context(state: MessagesState, runtime: Runtime[Keys]) -> dict[str, Any]:
    context = runtime.context or {}
    return {"messages": [context["model"], context.get("effort", "low")]}


def test_of_a_context_of_keys_only_those_are_asked_for_that_the_code_needs() -> None:
    graph: Any = StateGraph(MessagesState, context_schema=Keys)
    graph.add_node("node", reads_context)
    graph.add_edge(START, "node")
    plan = plan_of(graph)
    assert list(plan.context.missing) == ["model"]
    assert not plan_of(graph, context={"model": "big"}).info.needs_form(new=True)
