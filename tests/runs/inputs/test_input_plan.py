"""What a graph wants to be started with."""

import operator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Annotated, Any, NotRequired, TypedDict

import pytest
from langchain_core.messages import AnyMessage
from langgraph.func import entrypoint
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command
from pydantic import BaseModel, Field

from countersign.flow.graph_state import GraphInfo, StartsWith
from countersign.i18n import _, reader_language
from countersign.interrupts import form_from_schema
from countersign.runs.inputs.plan import InputPlan, plan_input
from countersign.runs.inputs.type_schema import type_schema
from countersign.runs.project.config import GraphConfigError
from countersign.runs.source.answers import own_code
from tests.support.harness import loaded


class OneText(TypedDict):
    topic: str
    notes: NotRequired[list[str]]


class Texts(TypedDict):
    topic: str
    tone: str


class Number(TypedDict):
    amount: int


class Anything(TypedDict):
    callback: NotRequired[Any]


class WithMessages(TypedDict):
    messages: Annotated[list[AnyMessage], operator.add]
    topic: str


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


def plan_of(graph: Any, **more: Any) -> InputPlan:
    found = replace(loaded({"g": graph})["g"], **more)
    return plan_input(found, own_code({"g": found}))


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
