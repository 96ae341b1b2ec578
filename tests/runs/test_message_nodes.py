"""Which nodes' words may be shown while they are written: those that become messages, no judge's."""

from typing import Any, TypedDict

from langchain.agents import create_agent
from langchain_core.language_models import FakeMessagesListChatModel
from langgraph.graph import START, MessagesState, StateGraph

from countersign.runs.streaming.message_nodes import message_nodes

model = FakeMessagesListChatModel(responses=[])


async def answers(state: MessagesState) -> dict[str, Any]:
    said = await model.ainvoke(state["messages"])
    return {"messages": [said]}


def answers_at_once(state: MessagesState) -> dict[str, Any]:
    return {"messages": model.invoke(state["messages"])}


def judges(state: MessagesState) -> dict[str, Any]:
    verdict = model.invoke(state["messages"])
    return {"messages": [("ai", "fine" if verdict.text else "bad")]}


def judges_its_answer(state: MessagesState) -> dict[str, Any]:
    said = model.invoke(state["messages"])
    model.invoke([said])
    return {"messages": [said]}


class WithoutReducer(TypedDict):
    messages: list[Any]


def answers_anew(state: WithoutReducer) -> dict[str, Any]:
    return {"messages": [model.invoke(state["messages"])]}


def test_the_nodes_whose_only_call_is_the_message_speak() -> None:
    graph = StateGraph(MessagesState)
    for node in (answers, answers_at_once, judges, judges_its_answer):
        graph.add_node(node.__name__, node)
        graph.add_edge(START, node.__name__)
    assert message_nodes(graph.compile()) == {("answers",), ("answers_at_once",)}


def test_an_agent_speaks_and_so_does_one_that_is_a_node() -> None:
    agent = create_agent(model, [])
    assert message_nodes(agent) == {("model",)}
    outer = StateGraph(MessagesState)
    outer.add_node("agent", agent)
    outer.add_edge(START, "agent")
    assert message_nodes(outer.compile()) == {("agent", "model")}


def test_messages_without_a_reducer_are_not_shown_early() -> None:
    graph = StateGraph(WithoutReducer)
    graph.add_node("answers", answers_anew)
    graph.add_edge(START, "answers")
    assert message_nodes(graph.compile()) == frozenset()
