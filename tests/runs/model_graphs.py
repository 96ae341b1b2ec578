"""Graphs that hold models in the ways that graphs do. None imports the bot, whose code is not theirs."""

from typing import Any, TypedDict

from langchain_core.language_models import BaseChatModel
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph


def a_model(**profile: bool) -> BaseChatModel:
    return ChatOpenAI(model="m", api_key="k", profile=profile or None)


sees = a_model(image_inputs=True, pdf_inputs=False)
reads_all = a_model(image_inputs=True, pdf_inputs=True)
unknown = a_model()


@tool
def ask_another(question: str) -> str:
    """Ask a model that sees nothing."""
    return str(unknown.invoke(question).text)


def by_global(state: MessagesState) -> dict[str, Any]:
    return {"messages": [sees.invoke(state["messages"])]}


class Node:
    def __init__(self, model: BaseChatModel) -> None:
        self.model = model.bind_tools([ask_another])

    def call(self, state: MessagesState) -> dict[str, Any]:
        return {"messages": [self.model.invoke(state["messages"])]}


def silent(_: MessagesState) -> dict[str, Any]:
    return {}


class Titled(TypedDict):
    task: str
    files: list[Any]


class Unlisted(TypedDict):
    task: str
    files: int


class Pair(TypedDict):
    a: int
    b: int


def reads_task(state: Any) -> dict[str, Any]:
    return {"task": state["task"]}


def graph_of(*nodes: Any, state: Any = MessagesState) -> StateGraph[Any]:
    graph: StateGraph[Any] = StateGraph(state)
    names = []
    for number, node in enumerate(nodes):
        names.append(f"n{number}")
        graph.add_node(names[-1], node)
    for before, after in zip([START, *names], names, strict=False):
        graph.add_edge(before, after)
    return graph


def by_closure(model: BaseChatModel) -> Any:
    async def call(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    return call
