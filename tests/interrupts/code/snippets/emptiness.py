"""Code that asks whether any text was given, which is no choice."""

from typing import Any

from langgraph.types import interrupt


def may_be_left_empty(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text?"""
    note = interrupt("Anything to add?")
    if note == "":
        return {"skipped": True}
    return {"messages": [note]}


def is_only_told_from_an_empty_one(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text?"""
    note = interrupt("Anything to add?")
    if note is None or note == "":
        return {}
    return {"note": note}


def is_asked_for_until_there_is_one(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: text
    answer: text?
    """
    name = interrupt("What is it called?")
    while name == "":
        name = interrupt("It needs a name.")
    return {"name": name}


def raises_where_it_is_blank(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    name = interrupt("What is it called?")
    if name.strip() == "":
        raise ValueError("it needs a name")
    return {"name": name}


def raises_at_nothing(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    name = interrupt("What is it called?")
    if not name:
        raise ValueError("it needs a name")
    return {"messages": [name]}


def is_compared_with_a_word_as_well(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "retry" | …"""
    answer = interrupt("It failed.")
    if answer in ("", None):
        return {}
    if answer == "retry":
        return {"again": True}
    return {"again": False}


def is_a_yes_among_others(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "y" | "yes" | … (any case and space)"""
    answer = interrupt("Go on? [Y/n]").strip().lower()
    return {"go": answer in ("", "y", "yes")}


def of_a_key(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {reason: text?, ok? (with reason ""): unknown}"""
    answer = interrupt("Fine?")
    if answer["reason"] != "":
        return {"messages": [answer["reason"]]}
    return {"ok": answer["ok"]}


def in_a_pattern(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "again" | …"""
    match interrupt("Done?"):
        case "":
            return {}
        case "again":
            return {"again": True}
        case _:
            return {"again": False}


def beside_a_number(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number"""
    answer = interrupt("How many?")
    if answer == "":
        return {"seats": 1}
    return {"seats": int(answer)}
