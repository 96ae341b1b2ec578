"""Questions that want a list."""

from typing import Any

from langchain_core.messages import HumanMessage
from langgraph.types import interrupt


def is_a_pair(state: dict[str, Any]) -> dict[str, Any]:
    """answer: ["continue" | "update" | …, unknown]"""
    action, data = interrupt({"call": state["call"]})
    if action == "continue":
        return {}
    if action == "update":
        return {"args": data}
    return {"next": "stop"}


def is_a_pair_of_which_the_second_is_read_sometimes(state: dict[str, Any]) -> dict[str, Any]:
    """answer: ["continue" | "update" | "feedback", (text or {…})?]"""
    call = state["call"]
    action, data = interrupt({"tool_call": call})
    if action not in ("continue", "update", "feedback"):
        raise ValueError(action)
    if action == "feedback":
        return {"messages": [HumanMessage(data)]}
    if action == "update":
        call = {**call, "args": data}
    return {"call": call}


def is_a_pair_of_known_things(state: dict[str, Any]) -> dict[str, Any]:
    """answer: [true | false, text]"""
    (approved, comment) = interrupt({"draft": state["draft"]})
    return {"approved": bool(approved), "log": "said: " + comment}


def is_a_list_of_one(state: dict[str, Any]) -> dict[str, Any]:
    """answer: [{type: "accept" | "ignore" | "response", args? (with type "response"): text}]"""
    request = {"action_request": {"action": "send", "args": {}}, "config": {"allow_accept": True}}
    response = interrupt([request])[0]
    if response["type"] == "accept":
        return {"sent": True}
    if response["type"] == "ignore":
        return {"sent": False}
    if response["type"] == "response":
        return {"messages": [HumanMessage(response["args"])]}
    raise ValueError(response)


def is_read_by_place(state: dict[str, Any]) -> dict[str, Any]:
    """answer: [text, whole number]"""
    answer = interrupt("Name and age?")
    return {"name": answer[0].strip(), "age": int(answer[1])}


def is_gone_through(state: dict[str, Any]) -> dict[str, Any]:
    """answer: [text, …]"""
    names = []
    for name in interrupt("Who is coming?"):
        names.append(name.strip())
    return {"names": names}


def is_gone_through_in_one_line(state: dict[str, Any]) -> dict[str, Any]:
    """answer: [{name: text}, …]"""
    return {"names": [guest["name"].strip() for guest in interrupt("Who is coming?")]}


def is_paired_with_the_questions(state: dict[str, Any]) -> dict[str, Any]:
    """answer: [text, …]"""
    answers: list[str] = interrupt(state["questions"])
    return {"log": [f"{question}: {answer}" for question, answer in zip(state["questions"], answers)]}


def has_decisions_inside(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {decisions: [{type: "approve" | …}, …]}"""
    answer = interrupt({"calls": state["calls"]})
    approved = [decision for decision in answer["decisions"] if decision["type"] == "approve"]
    return {"approved": len(approved)}


def is_matched(state: dict[str, Any]) -> dict[str, Any]:
    """answer: ["move" | …, (text)?]"""
    match interrupt("What, and where to?"):
        case ["move", place]:
            return {"place": place.strip()}
        case _:
            return {}


def has_a_head_and_a_rest(state: dict[str, Any]) -> dict[str, Any]:
    """answer: [unknown, …]"""
    first, *others = interrupt("In which order?")
    return {"first": first, "others": others}


def is_read_from_its_end(state: dict[str, Any]) -> dict[str, Any]:
    """answer: [text, …]"""
    return {"last": interrupt("Which ones?")[-1].strip()}


def is_no_list_but_a_letter(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    return {"sure": interrupt("y/n")[0].lower() == "y"}
