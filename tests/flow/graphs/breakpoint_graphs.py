"""Graphs that stop at breakpoints, as their authors set them."""

import json
import operator
import warnings
from collections import Counter
from typing import Annotated, Any, NotRequired, TypedDict

from langchain.agents import create_agent
from langchain_core.tools import tool
from langgraph.errors import NodeInterrupt
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from langgraph.types import Command, interrupt

from tests.support.fakes.tool_calling_model import ToolCallingModel

paid: Counter[str] = Counter()  # what was paid, by `amount to whom`
failing: set[str] = set()  # whom no payment reaches just now


@tool
def pay(amount: int, to: str) -> str:
    """Pay money."""
    if to in failing:
        raise RuntimeError("the bank is closed")
    paid[f"{amount} to {to}"] += 1
    return f"paid {amount} to {to}"


@tool
def ask_whom(question: str) -> str:
    """Ask a person."""
    return str(interrupt({"query": question})["data"])


TOOLS = [pay, ask_whom]


def call(name: str, identity: str, **args: Any) -> dict[str, Any]:
    return {"name": name, "args": args, "id": identity}


def payments(*calls: tuple[int, str]) -> str:
    return json.dumps([call("pay", f"call_{at}", amount=n, to=to) for at, (n, to) in enumerate(calls)])


def agent() -> Any:
    """A prebuilt agent, which runs every call as a step of its own."""
    return create_agent(ToolCallingModel(), TOOLS, interrupt_before=["tools"])


def own_agent() -> Any:
    """An agent of one's own, whose step runs every call of the last message."""

    def model(state: MessagesState) -> dict[str, Any]:
        return {"messages": [ToolCallingModel().invoke(state["messages"])]}

    graph = StateGraph(MessagesState)
    graph.add_node("model", model)
    graph.add_node("tools", ToolNode(TOOLS))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", tools_condition)
    graph.add_edge("tools", "model")
    return graph.compile(interrupt_before=["tools"])


def nested_agent() -> Any:
    """An agent as a step of another graph, with the breakpoint inside."""
    graph = StateGraph(MessagesState)
    graph.add_node("clerk", agent())
    graph.add_edge(START, "clerk")
    return graph.compile()


class Draft(TypedDict):
    text: str
    log: NotRequired[Annotated[list[str], operator.add]]
    copies: NotRequired[int]


class Logged(TypedDict):
    log: Annotated[list[str], operator.add]


def _write(state: Draft) -> dict[str, Any]:
    return {"text": state["text"].upper(), "log": ["written"], "copies": 1}


def _send(state: Draft) -> dict[str, Any]:
    return {"log": [f"sent {state['text']} x{state.get('copies')}"]}


def letters(**breakpoints: Any) -> Any:
    graph = StateGraph(Draft)
    graph.add_node("write", _write)
    graph.add_node("send", _send)
    graph.add_edge(START, "write")
    graph.add_edge("write", "send")
    graph.add_edge("send", END)
    return graph.compile(**breakpoints)


def by_command() -> Any:
    """Goes from step to step without an edge."""

    def write(state: Draft) -> Command[Any]:
        return Command(update=_write(state), goto="send")

    graph = StateGraph(Draft)
    graph.add_node("write", write, destinations=("send",))
    graph.add_node("send", _send)
    graph.add_edge(START, "write")
    return graph.compile(interrupt_before=["send"])


def nested_letters() -> Any:
    graph = StateGraph(Draft)
    graph.add_node("office", letters(interrupt_before=["send"]))
    graph.add_edge(START, "office")
    return graph.compile()


def nested_by_command() -> Any:
    """A subgraph that goes to the step behind its breakpoint without an edge."""
    graph = StateGraph(Draft)
    graph.add_node("office", by_command())
    graph.add_edge(START, "office")
    return graph.compile()


def dynamic() -> Any:
    """Stops by itself where a text is too long."""

    def check(state: Draft) -> dict[str, Any]:
        if len(state["text"]) > 5:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                raise NodeInterrupt(f"{state['text']} is longer than 5 letters")
        return {"log": [f"checked {state['text']}"]}

    graph = StateGraph(Draft)
    graph.add_node("write", _write)
    graph.add_node("check", check)
    graph.add_node("send", _send)
    graph.add_edge(START, "write")
    graph.add_edge("write", "check")
    graph.add_edge("check", "send")
    return graph.compile()


def side_by_side() -> Any:
    """Two subgraphs at once: one asks, the other stands at a breakpoint."""

    def question(_state: Draft) -> dict[str, Any]:
        return {"log": [f"answered {interrupt({'query': 'Which stamp?'})['data']}"]}

    asking: Any = StateGraph(Draft, output_schema=Logged)
    asking.add_node("question", question)
    asking.add_edge(START, "question")

    def copy(_state: Draft) -> dict[str, Any]:
        return {"log": ["copied"]}

    copying: Any = StateGraph(Draft, output_schema=Logged)
    copying.add_node("prepare", lambda _state: {"log": ["prepared"]})
    copying.add_node("copy", copy)
    copying.add_edge(START, "prepare")
    copying.add_edge("prepare", "copy")

    graph = StateGraph(Draft)
    graph.add_node("asking", asking.compile())
    graph.add_node("copying", copying.compile(interrupt_before=["copy"]))
    graph.add_edge(START, "asking")
    graph.add_edge(START, "copying")
    return graph.compile()


def hidden() -> Any:
    """A breakpoint in a graph that is made inside a step, where nobody can find it."""

    def office(state: Draft) -> dict[str, Any]:
        return {"log": letters(interrupt_before=["send"]).invoke(state)["log"]}

    graph = StateGraph(Draft)
    graph.add_node("office", office)
    graph.add_edge(START, "office")
    return graph.compile()


def everything() -> dict[str, Any]:
    return {
        "agent": agent(),
        "own_agent": own_agent(),
        "nested_agent": nested_agent(),
        "before": letters(interrupt_before=["send"]),
        "after": letters(interrupt_after=["write"]),
        "after_the_last": letters(interrupt_after=["send"]),
        "everywhere": letters(interrupt_before="*"),
        "by_command": by_command(),
        "nested_letters": nested_letters(),
        "nested_by_command": nested_by_command(),
        "dynamic": dynamic(),
        "side_by_side": side_by_side(),
        "hidden": hidden(),
    }
