"""What a graph wants to be started with."""

import operator
from dataclasses import dataclass
from typing import Annotated, Any, NotRequired, TypedDict

import pytest
from langchain_core.messages import AnyMessage
from langgraph.graph import START, MessagesState, StateGraph
from pydantic import BaseModel

from countersign.flow.graph_state import GraphInfo, StartsWith
from countersign.runs.input_schema import describe_input
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
    return describe_input(loaded({"g": graph})["g"])


@pytest.mark.parametrize("state", [MessagesState, WithMessages])
def test_messages_win(state: Any) -> None:
    assert info(state).starts_with is StartsWith.MESSAGES


@pytest.mark.parametrize("state", [OneText, Model, Plain])
def test_one_required_text_is_the_message(state: Any) -> None:
    found = info(state)
    assert (found.starts_with, found.text_property) == (StartsWith.TEXT, "topic")


@pytest.mark.parametrize("state", [Texts, Number, Anything])
def test_anything_else_is_a_form_of_its_schema(state: Any) -> None:
    found = info(state)
    assert found.starts_with is StartsWith.FORM
    assert isinstance(found.input_schema, dict)
    assert found.input_schema["properties"].keys() == state.__annotations__.keys()
