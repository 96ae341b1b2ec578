"""Questions that want words."""

import re
from typing import Any

from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.types import Command, interrupt


def becomes_a_message(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    words = interrupt("What next?")
    return {"messages": [HumanMessage(content=words)]}


def becomes_a_message_as_a_dict(state: dict[str, Any]) -> Command[Any]:
    """answer: text"""
    words = interrupt(value="Your turn.")
    return Command(update={"messages": [{"role": "user", "content": words}]}, goto="agent")


def becomes_a_message_as_a_pair(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    return {"messages": [("human", interrupt("Your turn."))]}


def becomes_a_message_by_itself(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    return {"messages": interrupt("Your turn.")}


def is_the_result_of_a_call(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    call = state["messages"][-1].tool_calls[0]
    feedback = interrupt({"call": call})
    return {"messages": [ToolMessage(feedback, tool_call_id=call["id"])]}


@tool
def ask_a_colleague(question: str) -> str:
    """answer: text"""
    return interrupt(question)  # type: ignore[no-any-return]


@tool
def ask_without_saying_what(question: str):  # type: ignore[no-untyped-def]
    """answer: text"""
    return interrupt(question)


def is_written_into_a_prompt(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    feedback = interrupt({"draft": state["draft"]})
    prompt = f"Rewrite the draft. The reviewer said: {feedback}"
    return {"messages": [SystemMessage(prompt)]}


def is_formatted(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    name = interrupt("What is your name?")
    return {"greeting": "Good morning, {}.".format(name)}


def is_joined(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    return {"title": "Re: " + interrupt("Which subject?")}


def is_added_at_the_end(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    note = "Reviewed. "
    note += interrupt("Anything to add?")
    return {"note": note}


def is_split(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    return {"tags": [tag.strip() for tag in interrupt("Tags, with commas?").split(",")]}


def is_searched(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    found = re.search(r"[A-Z]{2}\d+", interrupt("The order number?"))
    return {"order": found.group() if found else None}


def is_used_if_there_is_any(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text?"""
    feedback = interrupt("Any feedback? Leave it empty if not.")
    if feedback:
        return {"prompt": f"Take this up: {feedback}"}
    return {"prompt": ""}


def is_a_message_if_there_is_any(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text?"""
    comment = interrupt("A comment?")
    if not comment:
        return {}
    return {"messages": [HumanMessage(comment)]}


def is_stripped_and_kept(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    city = interrupt("Which city?").strip()
    return {"city": city}


def ends_with_a_word_or_goes_on(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "done" | … (any case and space) or text"""
    reply: str = interrupt("“done” ends it.")
    if reply.strip().casefold() == "done":
        return {"over": True}
    return {"messages": [HumanMessage(reply)]}


def approves_or_says_what_to_change(state: dict[str, Any]) -> Command[Any]:
    """answer: "approve" | … or text"""
    feedback = interrupt({"plan": state["plan"]})
    if feedback == "approve":
        return Command(goto="run")
    return Command(goto="plan", update={"instructions": f"Change the plan: {feedback}"})


def is_declared_and_kept(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    name: str = interrupt("What is your name?")
    return {"name": name}


def is_a_content_block(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"messages": [HumanMessage([{"type": "text", "text": interrupt("Your size?")}])]}
