"""Graphs of the tests' own, each with the one shape that a test is about."""

import operator
from collections import Counter
from typing import Annotated, Any, NotRequired, TypedDict

from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from graphs.host import host_of

ran: Counter[str] = Counter()  # how often a node got past its question, by thread and name
failing: set[str] = set()  # threads whose tool fails just now


class Text(TypedDict):
    text: str
    answers: NotRequired[Annotated[list[Any], operator.add]]


def _ask(name: str) -> Any:
    def node(state: Text) -> dict[str, list[Any]]:
        return {"answers": [[name, interrupt({"question": f"{name}?", "about": "it"})]]}

    return node


async def gate(state: MessagesState, config: RunnableConfig) -> dict[str, Any]:
    """Ask, act once, and say what came of it."""
    thread = config["configurable"]["thread_id"]
    asked = state["messages"][-1].text
    approved = interrupt({"question": "Do it?", "what": asked})
    host = host_of(config)
    assert host is not None
    if approved:
        await host.post(f"{thread}:effect:{len(state['messages'])}", "C9", asked)
        ran[thread] += 1
    if thread in failing:
        raise RuntimeError("the password is hunter2")
    return {"messages": [AIMessage(content=f"{'Did' if approved else 'Left'} {asked}.")]}


def gated() -> StateGraph[Any, Any, Any, Any]:
    graph = StateGraph(MessagesState)
    graph.add_node("gate", gate)
    graph.add_edge(START, "gate")
    return graph


def echo() -> StateGraph[Any, Any, Any, Any]:
    def say(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage(content=f"You said {state['messages'][-1].text}.")]}

    graph = StateGraph(MessagesState)
    graph.add_node("say", say)
    graph.add_edge(START, "say")
    return graph


def parallel() -> StateGraph[Any, Any, Any, Any]:
    graph = StateGraph(Text)
    for name in ("left", "right"):
        graph.add_node(name, _ask(name))
        graph.add_edge(START, name)
    return graph


def in_turn() -> StateGraph[Any, Any, Any, Any]:
    """Two questions of one node, the same words in both."""

    def node(state: Text) -> dict[str, list[Any]]:
        return {"answers": [interrupt("How many?"), interrupt("How many?")]}

    graph = StateGraph(Text)
    graph.add_node("node", node)
    graph.add_edge(START, "node")
    return graph


def nested() -> StateGraph[Any, Any, Any, Any]:
    """A subgraph that asks, works, and asks again."""
    inner = StateGraph(Text)
    inner.add_node("first", _ask("first"))
    inner.add_node("work", lambda state: {"answers": [["work", len(state.get("answers", []))]]})
    inner.add_node("second", _ask("second"))
    inner.add_edge(START, "first")
    inner.add_edge("first", "work")
    inner.add_edge("work", "second")
    outer = StateGraph(Text)
    outer.add_node("inner", inner.compile())
    outer.add_edge(START, "inner")
    return outer


class Order(TypedDict):
    product: str
    amount: int


def form_first() -> StateGraph[Any, Any, Any, Any]:
    graph = StateGraph(Order)
    graph.add_node("take", lambda state: {"amount": state["amount"] * 2})
    graph.add_edge(START, "take")
    return graph


def everything() -> dict[str, StateGraph[Any, Any, Any, Any]]:
    return {
        "gated": gated(),
        "echo": echo(),
        "parallel": parallel(),
        "in_turn": in_turn(),
        "nested": nested(),
        "form_first": form_first(),
    }
