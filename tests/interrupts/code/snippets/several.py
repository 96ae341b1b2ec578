"""Questions that take answers of several kinds, and code that tells them apart."""

from typing import Any

from langgraph.types import Command, interrupt


def is_true_or_words(state: dict[str, Any]) -> Command[Any]:
    """answer: text or true"""
    feedback = interrupt("true, or what to change?")
    if isinstance(feedback, bool) and feedback is True:
        return Command(goto="write")
    elif isinstance(feedback, str):
        return Command(goto="plan", update={"feedback": [feedback]})
    else:
        raise TypeError(f"{type(feedback)} is not taken")


def is_an_object_or_words(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {text: text} or text"""
    answer = interrupt({"draft": state["draft"]})
    if isinstance(answer, dict):
        text = answer["text"].strip()
    else:
        text = answer.strip()
    return {"draft": text}


def is_an_object_or_a_word(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {decision?: "approve" | "reject" | … (any case)} or "approve" | … (any case)"""
    response = interrupt({"draft": state["draft"]})
    if isinstance(response, dict):
        decision = str(response.get("decision", "reject")).lower()
    else:
        decision = str(response).lower()
    return {"approved": decision == "approve"}


def is_a_number_or_a_word(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number or "all" | …"""
    answer = interrupt("How many, or all?")
    if answer == "all":
        return {"count": state["total"]}
    if isinstance(answer, int):
        return {"count": answer}
    return {"count": 0}


def is_declared_as_either(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false or text"""
    answer: bool | str = interrupt("Go on?")
    return {"answer": answer}


def is_declared_as_either_and_tested(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text or true | false"""
    answer: bool | str = interrupt("Go on?")
    match answer:
        case bool():
            return {"go": answer}
        case str():
            return {"note": "they said " + answer}
    return {}


def may_be_nothing(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "stop" | …"""
    answer = interrupt("stop?")
    if answer is None or answer != "stop":
        return {"going": True}
    return {"going": False}


def is_an_object_or_words_of_a_union(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {draft: unknown} or text"""
    answer = interrupt("Fine?")
    if isinstance(answer, str | dict):
        if isinstance(answer, dict):
            return {"draft": answer["draft"]}
        return {"messages": [answer.strip()]}
    raise TypeError("words or a draft")
