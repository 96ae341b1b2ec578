"""Questions as public templates ask them: lists of one request, and answers with a type of their own."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from langchain_core.messages import HumanMessage
from langgraph.types import Command, Send, interrupt
from typing_extensions import TypedDict


class Reply(TypedDict):
    type: Literal["accept", "ignore", "response", "edit"]
    args: Any


def traced(node: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(node)
    async def inner(*args: Any, **kwargs: Any) -> Any:
        return await node(*args, **kwargs)

    return inner


def words_or_nothing(state: dict[str, Any]) -> dict[str, Any]:
    """answer: [{type: "response" | "ignore", args? (with type "response"): text}]"""
    request = {"action_request": {"action": "Notify", "args": {}}, "config": {"allow_respond": True}}
    reply = interrupt([request])[0]
    if reply["type"] == "response":
        notes = [{"type": "user", "content": reply["args"]}]
    elif reply["type"] == "ignore":
        notes = []
    else:
        raise ValueError(f"Cannot take {reply}")
    return {"notes": notes}


def the_arguments_of_an_edit(state: dict[str, Any]) -> dict[str, Any] | None:
    """answer: [{type: "accept" | "edit" | "response", args? (with type "edit", with type "response"): text or {args: {body: text, …}}}]"""
    call = state["calls"][-1]
    request = {
        "action_request": {"action": call["name"], "args": call["args"]},
        "config": {"allow_edit": True},
    }
    reply = interrupt([request])[0]
    if reply["type"] == "accept":
        return None
    if reply["type"] == "edit":
        print("corrected: " + reply["args"]["args"]["body"])
        return {"sent": {**call, "args": reply["args"]["args"]}}
    if reply["type"] == "response":
        return {"notes": [f"They said: {reply['args']}"]}
    raise ValueError("unexpected")


def a_fallback_for_other_types(state: dict[str, Any]) -> dict[str, Any]:
    """answer: [{type?: "accept" | "ignore" | "response" | "edit", args?: text}]"""
    reply: Reply = interrupt([{"action_request": {"action": "Tell it", "args": {}}, "config": {}}])[0]
    if reply.get("type") == "response":
        return {"said": f"They said {reply.get('args')}"}
    elif reply.get("type") == "ignore":
        return {"said": "They said nothing"}
    return {"said": "No such type: " + str(reply)}


@traced
async def under_a_decorator(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    said = interrupt("What should it say?")
    return {"messages": [HumanMessage(content=said)]}


def approval_or_words(state: dict[str, Any]) -> Command[Literal["plan", "write"]]:
    """answer: text or true"""
    verdict = interrupt("Does the plan fit? Send true, or say what to change.")
    if isinstance(verdict, bool) and verdict is True:
        return Command(goto=[Send("write", {"part": part}) for part in state["parts"]])
    elif isinstance(verdict, str):
        return Command(goto="plan", update={"changes": [verdict]})
    else:
        raise TypeError(f"Cannot take {type(verdict)}")


def a_change_or_a_remark(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {type: "edit" | "response", args? (with type "edit", with type "response"): text or {args: unknown}}"""
    reply = interrupt({"draft": state["draft"]})
    if reply["type"] == "edit":
        return {"draft": reply["args"]["args"]}
    if reply["type"] == "response":
        return {"remark": f"They said {reply['args']}"}
    raise ValueError("unexpected")
