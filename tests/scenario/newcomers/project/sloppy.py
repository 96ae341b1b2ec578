"""Graphs as a newcomer writes them in an afternoon: odd payloads, and code that is read in odd places."""

import json
import re
from dataclasses import dataclass, field
from typing import Any, NotRequired

from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from typing_extensions import TypedDict

# 1. A pizza order in one node, with a menu as a dict, a number as a text, and an "are you sure" at the end.


class Order(TypedDict):
    who: str
    order: NotRequired[dict[str, Any]]
    said: NotRequired[str]


MENU = {"margherita": 8.5, "funghi": 9, "diavola": 10.0}


def order_pizza(state: Order) -> dict[str, Any]:
    kind = interrupt({"title": f"Hi {state['who']}, what shall it be?", "menu": MENU})
    if kind not in MENU:
        return {"said": f"we have no {kind}"}
    how_many = interrupt(f"How many {kind}?")
    total = MENU[kind] * int(how_many)
    sure = interrupt(f"{how_many} x {kind} is {total:.2f}. Sure? [y/N]")
    if not str(sure).lower().startswith("y"):
        return {"said": "ok, nothing ordered"}
    return {"said": f"ordered {how_many} {kind} for {total:.2f}"}


# 2. A deployment gate whose config lists who asks what, and that wants exactly the words.


class Gate(TypedDict):
    service: str
    log: NotRequired[list[str]]


def gate(state: Gate) -> Command[Any]:
    answer = interrupt(
        [
            "DEPLOYMENT GATE",
            {"service": state["service"], "risk": "high"},
            "type the service's name to go on, anything else aborts",
        ]
    )
    if answer.strip() == state["service"]:
        return Command(goto="deploy", update={"log": ["confirmed"]})
    return Command(goto=END, update={"log": [f"aborted: {answer!r}"]})


def deploy(state: Gate) -> dict[str, Any]:
    return {"log": [*state.get("log", []), f"deployed {state['service']}"]}


# 3. A survey with a dataclass state and a rating from 1 to 5.


@dataclass
class Survey:
    topic: str
    rating: int = 0
    comment: str = ""
    tags: list[str] = field(default_factory=list)


def rate(state: Survey) -> dict[str, Any]:
    reply = interrupt({"rate": state.topic, "scale": [1, 2, 3, 4, 5]})
    match reply:
        case {"rating": int(rating), "comment": str(comment)}:
            return {"rating": rating, "comment": comment}
        case {"rating": int(rating)}:
            return {"rating": rating}
        case int(rating) if 1 <= rating <= 5:
            return {"rating": rating}
        case str(words) if words.isdigit():
            return {"rating": int(words)}
        case _:
            return {"comment": f"cannot read {reply!r}"}


# 4. Money: a helper that throws on everything but its own words, an enum of strings, and a second look.


class Payment(TypedDict):
    to: str
    state: NotRequired[str]


ALLOWED = ("pay", "hold", "refuse")


def decide(question: str) -> str:
    verdict = interrupt({"msg": question, "reply_with_one_of": list(ALLOWED)})
    verdict = verdict["verdict"] if isinstance(verdict, dict) else verdict
    if verdict not in ALLOWED:
        raise ValueError(f"one of {ALLOWED}, not {verdict!r}")
    return str(verdict)


def payment(state: Payment) -> dict[str, Any]:
    first = decide(f"Pay {state['to']}?")
    if first != "pay":
        return {"state": f"{first} at first"}
    second = decide(f"Really pay {state['to']}?")
    return {"state": f"{first}, then {second}"}


# 5. JSON in a text, as from a form that somebody used to paste.


class Import(TypedDict):
    source: str
    rows: NotRequired[Any]


def import_rows(state: Import) -> dict[str, Any]:
    pasted = interrupt(f"Paste the rows of {state['source']} as JSON")
    rows = json.loads(pasted)
    return {"rows": f"{len(rows)} rows, first {rows[0]['name']}"}


# 6. A booking whose answer is read with a regular expression, by a lambda, after the next node.


class Booking(TypedDict):
    city: str
    raw: NotRequired[str]
    nights: NotRequired[int]
    cancelled: NotRequired[bool]


def ask_booking(state: Booking) -> dict[str, Any]:
    return {"raw": interrupt({"ask": f"How long in {state['city']}?", "example": "3 nights, or never mind"})}


def read_booking(state: Booking) -> dict[str, Any]:
    found = re.search(r"(\d+) night", state["raw"])
    if not found:
        return {"cancelled": True}
    return {"nights": int(found.group(1)), "cancelled": False}


# 7. A gate whose answer nobody reads: it only stops there.


class Release(TypedDict):
    version: str
    released: NotRequired[str]


def pause_before_release(state: Release) -> dict[str, Any]:
    interrupt({"question": f"Release {state['version']}?", "notes": "none"})
    return {"released": f"{state['version']} is out"}


# 8. A new text, or a yes to the one there is.


class Draft(TypedDict):
    slogan: str
    outcome: NotRequired[str]


def review_slogan(state: Draft) -> dict[str, Any]:
    decision = interrupt({"question": "Approve the slogan?", "slogan": state["slogan"]})
    if isinstance(decision, str) and decision.strip():
        return {"outcome": f"changed to {decision.strip()}"}
    if decision:
        return {"outcome": f"kept {state['slogan']}"}
    return {"outcome": "dropped"}


def single(state: Any, node: Any) -> Any:
    builder: Any = StateGraph(state)
    builder.add_node("only", node)
    builder.add_edge(START, "only")
    return builder.compile()


def build_gate() -> Any:
    builder: Any = StateGraph(Gate)
    builder.add_node("gate", gate)
    builder.add_node("deploy", deploy)
    builder.add_edge(START, "gate")
    builder.add_edge("deploy", END)
    return builder.compile()


def build_booking() -> Any:
    builder: Any = StateGraph(Booking)
    builder.add_node("ask", ask_booking)
    builder.add_node("read", read_booking)
    builder.add_edge(START, "ask")
    builder.add_edge("ask", "read")
    builder.add_conditional_edges(
        "read", lambda state: "ask" if state.get("nights") == 0 else END, ["ask", END]
    )
    return builder.compile()


pizza = single(Order, order_pizza)
deployment = build_gate()
survey = single(Survey, rate)
release = single(Release, pause_before_release)
slogans = single(Draft, review_slogan)
payments = single(Payment, payment)
importer = single(Import, import_rows)
booking = build_booking()
