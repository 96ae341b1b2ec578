"""Questions that want an object."""

from dataclasses import dataclass
from typing import Any, Literal, NotRequired

from langchain_core.messages import ToolMessage
from langgraph.types import Command, interrupt
from pydantic import BaseModel, Field
from typing_extensions import TypedDict


class Answer(TypedDict):
    approved: bool
    comment: NotRequired[str]


class Review(BaseModel):
    verdict: Literal["good", "bad"]
    score: int = Field(ge=0, le=10)
    remark: str = ""


@dataclass
class Booking:
    hotel: str
    nights: int = 1


def has_a_flag(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {approved: true | false}"""
    answer = interrupt({"action": "refund"})
    if answer["approved"]:
        return {"refunded": True}
    return {"refunded": False}


def may_have_a_flag(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {approved?: true | false, reason?: text?}"""
    answer = interrupt({"action": "refund"})
    if answer.get("approved"):
        return {"outcome": "refunded"}
    return {"outcome": f"not refunded: {answer.get('reason', 'no reason given')}"}


def has_a_flag_with_a_default(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {approved?: true | false}"""
    approved = interrupt({"action": "refund"}).get("approved", False)
    return {"refunded": approved}


def says_what_to_do(state: dict[str, Any]) -> Command[Any]:
    """answer: {action?: "approve" | "revise" | "reject" | …, notes?: text?}"""
    decision = interrupt({"memo": state["memo"]})
    action = decision.get("action", "reject")
    if action == "approve":
        return Command(goto="publish")
    if action == "revise":
        return Command(goto="write", update={"critique": decision.get("notes", "changes were asked for")})
    return Command(goto="__end__")


def needs_more_with_one_action(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {type: "accept" | "edit", args? (with type "edit"): {hotel: text}}"""
    hotel = state["hotel"]
    response = interrupt(f"Book {hotel}?")
    if response["type"] == "accept":
        pass
    elif response["type"] == "edit":
        hotel = response["args"]["hotel"]
    else:
        raise ValueError(f"unknown type: {response['type']}")
    return {"outcome": f"booked {hotel}"}


def needs_more_unless_it_is_one(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {action: "approve" | …, draft? (unless action "approve"): text}"""
    answer = interrupt({"draft": state["draft"]})
    if answer["action"] == "approve":
        return {"final": state["draft"]}
    return {"final": answer["draft"].strip()}


def needs_a_reason_for_a_no(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {ok: true | false, reason? (with ok false): text}"""
    answer = interrupt({"draft": state["draft"]})
    if not answer["ok"]:
        return {"outcome": "Rejected: " + answer["reason"]}
    return {"outcome": "published"}


def means_two_things_by_one_key(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {action: "continue" | "update" | "feedback" | …, data?: {…} or text}"""
    call = state["call"]
    review = interrupt({"question": "Is this right?", "tool_call": call})
    action, data = review["action"], review.get("data")
    if action == "continue":
        return {"call": call}
    if action == "update":
        return {"call": {**call, "args": data}}
    if action == "feedback":
        return {"messages": [ToolMessage(content=data, tool_call_id=call["id"])]}
    return {}


def has_objects_inside(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {address: {street: text, number: whole number}}"""
    answer = interrupt("Where to?")
    street = answer["address"]["street"].strip()
    return {"street": street, "number": int(answer["address"]["number"])}


def looks_whether_a_key_is_there(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {amount?: number}"""
    answer = interrupt({"amount": state["amount"]})
    if "amount" in answer:
        return {"amount": float(answer["amount"])}
    return {}


def catches_what_is_missing(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {email?: text}"""
    answer = interrupt("Who gets it?")
    try:
        address = answer["email"].strip()
    except KeyError:
        address = "nobody"
    return {"address": address}


def takes_all_its_keys(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {…}"""
    changes = interrupt({"args": state["args"]})
    return {"args": {**state["args"], **changes}}


def is_matched(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {action: "approve" | "edit", text? (with action "edit"): text}"""
    match interrupt({"text": state["text"]}):
        case {"action": "approve"}:
            return {"text": state["text"]}
        case {"action": "edit", "text": words}:
            return {"text": words.strip()}
        case other:
            raise ValueError(other)


def is_declared(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {approved: true | false, comment?: text}"""
    answer: Answer = interrupt({"plan": state["plan"]})
    return {"approved": answer["approved"], "comment": answer.get("comment")}


def is_validated_by_a_model(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {verdict: "good" | "bad", score: whole number, remark?: text}"""
    review = Review.model_validate(interrupt({"essay": state["essay"]}))
    return {"grade": review.score if review.verdict == "good" else 0}


def is_spread_into_a_model(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {verdict: "good" | "bad", score: whole number, remark?: text}"""
    review = Review(**interrupt({"essay": state["essay"]}))
    return {"grade": review.score}


def is_spread_into_a_dataclass(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {hotel: text, nights?: whole number}"""
    booking = Booking(**interrupt("Which hotel?"))
    return {"booked": f"{booking.hotel} for {booking.nights}"}


def fills_a_model_by_hand(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {hotel: text, nights: whole number}"""
    answer = interrupt("Which hotel?")
    booking = Booking(hotel=answer["hotel"], nights=answer["nights"])
    return {"booking": booking}


def is_an_object_if_it_is_one(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {action?: "confirm" | … (any case), feedback?: text?}"""
    decision = interrupt({"plan": state["plan"]})
    action = str(decision.get("action") if isinstance(decision, dict) else "").lower()
    feedback = str(decision.get("feedback", "") if isinstance(decision, dict) else "").strip()
    if action == "confirm":
        return {"ok": True}
    return {"ok": False, "why": f"Rejected: {feedback}"}


def takes_the_rest_as_it_is(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {title: text}"""
    answer = interrupt({"title": state["title"]})
    title = answer.pop("title")
    return {"heading": f"# {title}"}
