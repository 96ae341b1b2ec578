"""Graphs that ask in one dialect each. They import nothing of the tests: a graph's own code is read."""

import json
from typing import Any

from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt


def refunds(*amounts: int) -> StateGraph[Any, Any, Any, Any]:
    """Asks about a refund of each amount, batched as LangChain's middleware does it, and says what it got."""

    def ask(state: MessagesState) -> dict[str, Any]:
        actions = [{"name": "refund", "args": {"amount": amount, "to": "Ann"}} for amount in amounts]
        kinds = ["approve", "edit", "reject", "respond"]
        reviews = [{"action_name": "refund", "allowed_decisions": kinds} for _ in amounts]
        answer = interrupt({"action_requests": actions, "review_configs": reviews})
        return {"messages": [("ai", str(answer["decisions"]))]}

    return StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask")


def question(value: object) -> StateGraph[Any, Any, Any, Any]:
    """Asks this, and says what it got."""

    def ask(state: MessagesState) -> dict[str, Any]:
        answer = interrupt(value)
        return {"messages": [("ai", json.dumps({"got": answer}))]}

    return StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask")


def posts() -> StateGraph[Any, Any, Any, Any]:
    """Asks whether to post the last message, and says what it got."""

    def ask(state: MessagesState) -> dict[str, Any]:
        args = {"text": state["messages"][-1].text}
        answer = interrupt({"type": "tool_approval", "name": "post_message", "args": args})
        return {"messages": [("ai", json.dumps({"got": answer}))]}

    return StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask")


PAY = {"action": "pay", "args": {"a": 1}}
INBOX = {"allow_ignore": True, "allow_respond": True, "allow_edit": False, "allow_accept": True}


def by_dialect() -> dict[str, StateGraph[Any, Any, Any, Any]]:
    return {
        "one": refunds(1500),
        "two": refunds(50, 5000),
        "words": question("Which environment?"),
        "approve": question({"question": "Pay?", "amount": 3}),
        "ends": question({"title": "Hold the price?", "expires_in": "1h"}),
        "inbox": question({"action_request": PAY, "config": INBOX}),
        "review": question({"tool_call": {"name": "pay", "args": {"a": 1}, "id": "1"}}),
    }
