"""Questions in subgraphs: as a node, as a function, and with a checkpointer of their own."""

from typing import Any, NotRequired

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict


class State(TypedDict):
    text: str
    human_value: NotRequired[str]
    entered: NotRequired[int]


def human_node(state: State) -> dict[str, Any]:
    return {"human_value": interrupt("What is your name?"), "entered": state.get("entered", 0) + 1}


def inner() -> StateGraph[Any, Any, Any, Any]:
    builder = StateGraph(State)
    builder.add_node("prepare", lambda _state: {})
    builder.add_node("human_node", human_node)
    builder.add_edge(START, "prepare")
    builder.add_edge("prepare", "human_node")
    return builder


def outer(node: Any) -> Any:
    builder = StateGraph(State)
    builder.add_node("parent", node)
    builder.add_edge(START, "parent")
    return builder.compile(checkpointer=InMemorySaver())


as_node = outer(inner().compile())
as_node_with_memory = outer(inner().compile(checkpointer=True))

called = inner().compile()
called_with_saver = inner().compile(checkpointer=InMemorySaver())
called_with_memory = inner().compile(checkpointer=True)


def call(state: State) -> dict[str, Any]:
    return {"human_value": called.invoke(state)["human_value"]}


def call_with_saver(state: State) -> dict[str, Any]:
    return {"human_value": called_with_saver.invoke(state)["human_value"]}


def call_with_memory(state: State) -> dict[str, Any]:
    return {"human_value": called_with_memory.invoke(state)["human_value"]}


as_function = outer(call)
as_function_with_saver = outer(call_with_saver)
as_function_with_memory = outer(call_with_memory)
