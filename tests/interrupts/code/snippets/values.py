"""Questions whose answer is compared with values."""

from enum import Enum, StrEnum
from typing import Any, Literal, TypeAlias

from langgraph.graph import END
from langgraph.types import Command, interrupt

APPROVE = "approve"
YES = ("yes", "y")
ROUTES = {"publish": "publish_node", "discard": END}
Verdict: TypeAlias = Literal["accept", "decline"]


class Choice(StrEnum):
    KEEP = "keep"
    DROP = "drop"


class Size(Enum):
    SMALL = "S"
    LARGE = "L"


def is_one_or_anything_else(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "approve" | …"""
    decision = interrupt("Type approve to go on.")
    if decision == "approve":
        return {"status": "approved"}
    return {"status": "rejected"}


def is_asked_and_compared_at_once(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "yes" | …"""
    return {"approved": interrupt({"text": state["text"]}) == "yes"}


def is_not_one(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "cancel" | …"""
    if interrupt("cancel, or anything to go on") != "cancel":
        return {"going_on": True}
    return {}


def is_among_some(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "yes" | "y" | "ok" | … (any case and space)"""
    reply = interrupt("Proceed?")
    if reply.strip().lower() in {"yes", "y", "ok"}:
        return {"go": 1}
    return {"go": 0}


def is_among_a_constant(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "yes" | "y" | … (any case)"""
    return {"go": interrupt("Proceed?").lower() in YES}


def is_the_constant(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "approve" | …"""
    return {"ok": APPROVE == interrupt("?")}


def goes_by_a_chain(state: dict[str, Any]) -> Command[Any]:
    """answer: "approve" | "revise" | …"""
    decision = interrupt({"draft": state["draft"]})
    if decision == "approve":
        return Command(goto="publish")
    elif decision == "revise":
        return Command(goto="write")
    else:
        return Command(goto=END)


def raises_for_others(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "approve" | "reject" """
    decision = interrupt({"draft": state["draft"]})
    if decision == "approve":
        return {"ok": 1}
    if decision == "reject":
        return {"ok": 0}
    raise ValueError(f"unexpected decision: {decision}")


def asks_again_for_others(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "left" | "right" """
    while True:
        side = interrupt("left or right?")
        if side in ("left", "right"):
            break
    return {"turn": 1 if side == "left" else -1}


def asks_while_it_is_none(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: "red" | "green"
    answer: "red" | "green"
    """
    colour = interrupt("red or green?")
    while colour not in ["red", "green"]:
        colour = interrupt("Please say red or green.")
    return {"stop": colour == "red"}


def is_matched(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "small" | "medium" | "large" | …"""
    match interrupt("Which size?"):
        case "small":
            return {"price": 1}
        case "medium" | "large":
            return {"price": 2}
        case _:
            return {"price": 0}


def is_matched_and_nothing_else_is_taken(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "keep" | "drop" """
    match interrupt("keep or drop?"):
        case Choice.KEEP:
            return {"kept": True}
        case "drop":
            return {"kept": False}
        case other:
            raise ValueError(other)


def is_made_a_text_first(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "yes" | "oui" | … (any case and space)"""
    answer = interrupt({"question": "Shall I?", "options": ["oui", "non"]})
    if str(answer).lower().strip() in ["yes", "oui"]:
        return {"anonymous": True}
    return {"anonymous": False}


def begins_with_a_letter(state: dict[str, Any]) -> dict[str, Any]:
    """answer: begins with "y" | … (any case)"""
    if interrupt("Sure? (y/n)").lower().startswith("y"):
        return {"sure": True}
    return {"sure": False}


def has_a_word_in_it(state: dict[str, Any]) -> dict[str, Any]:
    """answer: contains "approve" | … (any case)"""
    answer = interrupt("What do you think?").lower()
    return {"fine": "approve" in answer}


def has_one_of_several_words_in_it(state: dict[str, Any]) -> dict[str, Any]:
    """answer: contains "yes" | "sure" | … (any case)"""
    answer = interrupt("Shall I?").lower()
    return {"go": any(word in answer for word in ("yes", "sure"))}


def is_compared_as_a_text(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "true" | … (any case)"""
    return {"go": str(interrupt("true or false?")).lower() == "true"}


def becomes_an_enum(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "keep" | "drop" """
    choice = Choice(interrupt("keep or drop?"))
    return {"kept": choice is Choice.KEEP}


def becomes_an_enum_with_other_names(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "S" | "L" """
    size = Size(interrupt("Which size?"))
    return {"size": size.value}


def is_looked_up(state: dict[str, Any]) -> Command[Any]:
    """answer: "publish" | "discard" """
    return Command(goto=ROUTES[interrupt("publish or discard?")])


def is_looked_up_with_a_default(state: dict[str, Any]) -> Command[Any]:
    """answer: "publish" | "discard" | …"""
    return Command(goto=ROUTES.get(interrupt("publish or discard?"), "ask"))


def is_declared_as_a_literal(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "low" | "high" """
    risk: Literal["low", "high"] = interrupt("How risky is it?")
    return {"risk": risk}


def is_declared_by_an_alias(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "accept" | "decline" """
    verdict: Verdict = interrupt({"offer": state["offer"]})
    if verdict == "accept":
        return {"signed": True}
    return {"signed": False}


def names_the_next_node(state: dict[str, Any]) -> Command[Literal["billing", "support"]]:
    """answer: "billing" | "support" """
    return Command(goto=interrupt("Who takes this?"))


def is_made_sure_of_first(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "yes" | … (any case)"""
    answer = interrupt("Proceed?")
    if answer and answer.lower() == "yes":
        return {"go": True}
    return {"go": False}


def is_true_or_a_word(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "approve" | "yes" | … or true | false"""
    decision = interrupt("Approve?")
    approved = decision is True or decision in ("approve", "yes")
    return {"approved": approved}


def is_a_word_or_merely_something(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "edit" | … or true | false"""
    decision = interrupt("edit, or yes?")
    if decision == "edit":
        return {"next": "edit"}
    if decision:
        return {"next": "run"}
    return {"next": "stop"}


def has_a_default(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "go" | "stop" | …"""
    word = interrupt("go?") or "stop"
    return {"moving": word == "go"}
