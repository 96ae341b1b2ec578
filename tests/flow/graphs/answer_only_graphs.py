"""Graphs that ask for what can't be rejected. They import nothing of the tests: their own code is read."""

import json
from typing import Any

from langchain_core.messages import AIMessage, ToolMessage
from langgraph.func import entrypoint
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt


def question(value: object) -> StateGraph[Any, Any, Any, Any]:
    def ask(state: MessagesState) -> dict[str, Any]:
        answer = interrupt(value)
        return {"messages": [("ai", json.dumps({"got": answer}))]}

    return StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask")


DRAFT = {"task": "Improve it.", "text": "A draft"}
TWO_ROWS = {
    "action_requests": [{"name": "write", "args": {"n": n}} for n in range(2)],
    "review_configs": [{"action_name": "write", "allowed_decisions": ["approve", "edit"]}] * 2,
}


def asks_twice(state: MessagesState) -> dict[str, Any]:
    first = interrupt("Which city?")
    second = interrupt("Which hotel?")
    return {"messages": [("ai", f"{first} {second}")]}


def calls_a_tool(state: MessagesState) -> dict[str, Any]:
    """Its tool asks, as `human_assistance` does: the call has no result while it waits."""
    if any(isinstance(message, ToolMessage) for message in state["messages"]):
        return {"messages": [("ai", f"got {state['messages'][-2].text}")]}
    call = {"name": "ask_team", "args": {}, "id": "call-1", "type": "tool_call"}
    return {"messages": [AIMessage("", tool_calls=[call])]}


def ask_team(state: MessagesState) -> dict[str, Any]:
    if isinstance(state["messages"][-1], AIMessage) and state["messages"][-1].tool_calls:
        answer = interrupt({"query": "Who is on call?"})
        return {"messages": [ToolMessage(str(answer), tool_call_id="call-1")]}
    return {}


@entrypoint()
def drafts(text: str) -> dict[str, Any]:
    return {"done": interrupt({"text_to_revise": text})}


def _two_branches() -> StateGraph[Any, Any, Any, Any]:
    def left(state: MessagesState) -> dict[str, Any]:
        return {"messages": [("ai", f"left {interrupt('Which city?')}")]}

    def right(state: MessagesState) -> dict[str, Any]:
        paid = interrupt({"question": "Pay?", "amount": 1})
        return {"messages": [("ai", "paid" if paid else "not paid")]}

    graph = StateGraph(MessagesState).add_node("left", left).add_node("right", right)
    return graph.add_edge(START, "left").add_edge(START, "right")


def _nested() -> StateGraph[Any, Any, Any, Any]:
    return StateGraph(MessagesState).add_node("inner", question(DRAFT).compile()).add_edge(START, "inner")


def _twice() -> StateGraph[Any, Any, Any, Any]:
    return StateGraph(MessagesState).add_node("ask", asks_twice).add_edge(START, "ask")


def _tool() -> StateGraph[Any, Any, Any, Any]:
    graph = StateGraph(MessagesState).add_node("agent", calls_a_tool).add_node("ask_team", ask_team)
    return graph.add_edge(START, "agent").add_edge("agent", "ask_team")


def answer_only() -> dict[str, Any]:
    return {
        "words": question("Which environment?"),
        "draft": question(DRAFT),
        "options": question({"question": "Which one?", "options": ["a", "b"]}),
        "anything": question(["a", "list"]),
        "batch": question(TWO_ROWS),
        "pay": question({"question": "Pay?", "amount": 3}),
        "entrypoint": drafts,
        "nested": _nested(),
        "branches": _two_branches(),
        "twice": _twice(),
        "tool": _tool(),
    }
