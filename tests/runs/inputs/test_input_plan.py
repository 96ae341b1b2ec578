"""What a graph wants to be started with."""

from dataclasses import dataclass
from typing import Annotated, Any, NotRequired, TypedDict

import pytest
from langgraph.func import entrypoint
from langgraph.graph import START, MessagesState, StateGraph
from pydantic import BaseModel, Field

from countersign.flow.graph_state import GraphInfo, StartsWith
from countersign.i18n import _, reader_language
from countersign.interrupts import form_from_schema
from countersign.runs.inputs.input_plan import InputPlan
from countersign.runs.inputs.type_schema import type_schema
from tests.runs.inputs.input_plans import Texts, plan_of


class OneText(TypedDict):
    topic: str
    notes: NotRequired[list[str]]


class Number(TypedDict):
    amount: int


class Anything(TypedDict):
    callback: NotRequired[Any]


class Model(BaseModel):
    topic: str
    tone: str = "dry"


@dataclass
class Plain:
    topic: str


def info(state: Any) -> GraphInfo:
    graph: Any = StateGraph(state)
    graph.add_node("node", lambda state: {})
    graph.add_edge(START, "node")
    return plan_of(graph).info


@pytest.mark.parametrize("state", [MessagesState])
def test_messages_win(state: Any) -> None:
    assert info(state).starts_with is StartsWith.MESSAGES
    assert not info(state).form_first


@pytest.mark.parametrize("state", [OneText, Model, Plain])
def test_one_required_text_is_the_message(state: Any) -> None:
    graph: Any = StateGraph(state)
    graph.add_node("node", lambda state: {"notes": []} if state["topic"] else {})
    graph.add_edge(START, "node")
    plan = plan_of(graph)
    assert (plan.info.starts_with, plan.text_property) == (StartsWith.TEXT, "topic")
    assert plan.from_text("Tea", []) == {"topic": "Tea"}


@pytest.mark.parametrize("state", [Texts, Number, Anything])
def test_anything_else_is_a_form_of_its_schema(state: Any) -> None:
    found = info(state)
    assert found.starts_with is StartsWith.FORM
    assert isinstance(found.form_schema, dict)
    assert found.form_schema["properties"].keys() == state.__annotations__.keys()


class Profile(MessagesState):
    user: str
    notes: NotRequired[str]


def greet(state: Profile) -> dict[str, Any]:
    return {"messages": [f"{state['user']}: {state.get('notes')}"]}


def test_messages_and_more_begin_with_a_form_that_has_the_message() -> None:
    graph: Any = StateGraph(Profile)
    graph.add_node("greet", greet)
    graph.add_edge(START, "greet")
    plan = plan_of(graph)
    schema: Any = plan.info.form_schema
    assert plan.info.starts_with is StartsWith.MESSAGES
    assert plan.info.needs_form(new=True)
    assert not plan.info.needs_form(new=False), "the thread's state has the rest by then"
    assert plan.info.message_field == "messages"
    assert list(schema["properties"]) == ["messages", "user", "notes"]
    assert set(schema["required"]) == {"messages", "user"}
    told = {"role": "user", "content": "Hi"}
    assert plan.from_form({"messages": "Hi", "user": "Ann"}, []) == ({"messages": [told], "user": "Ann"}, {})


class Titled(MessagesState):
    user: Annotated[str, Field(title="Message")]


def of_entrypoint(declared: Any) -> InputPlan:
    async def work(given: Any) -> str:
        return str(given)

    work.__annotations__["given"] = declared
    return plan_of(entrypoint()(work))


@pytest.mark.parametrize(("declared", "title"), [(int, "Input"), (list[int], "Input")])
def test_the_titles_that_the_bot_gives_to_a_form_are_in_the_readers_language(
    declared: Any, title: str
) -> None:
    info = of_entrypoint(declared).info
    with reader_language("ko"):
        (field,) = form_from_schema(info.form_in_words).fields
        assert field.label == _(title) != title
    (field,) = form_from_schema(info.form_in_words).fields
    assert field.label == title


def test_a_title_that_the_author_gave_stays_as_it_is_in_every_language() -> None:
    def greet(state: Titled) -> dict[str, Any]:
        return {"messages": [state["user"]]}

    graph: Any = StateGraph(Titled)
    graph.add_node("greet", greet)
    graph.add_edge(START, "greet")
    info = plan_of(graph).info

    with reader_language("ko"):
        labels = [field.label for field in form_from_schema(info.form_in_words).fields]
    assert labels == ["메시지", "Message"]


class Handle:
    pass


class Odd(TypedDict):
    topic: str
    handle: Handle


class Later(TypedDict):
    topic: "str"
    order: "NotRequired[Nowhere]"  # type: ignore[name-defined]  # noqa: F821 -- for type checkers only


def keep(state: Odd) -> dict[str, Any]:
    return {"handle": state["topic"]}


def test_a_type_that_cannot_be_described_stops_no_start() -> None:
    assert set(type_schema(Later)["properties"]) == {"topic", "order"}
    graph: Any = StateGraph(Odd)
    graph.add_node("keep", keep)
    graph.add_edge(START, "keep")
    assert plan_of(graph).info.starts_with is StartsWith.TEXT
