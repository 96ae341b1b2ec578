"""A support desk in one module: several people look at a draft, and small cases pass by themselves."""

from __future__ import annotations

import json
import logging
import operator
from collections import Counter
from typing import Annotated, Any, Literal, Required

from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from typing_extensions import TypedDict

logger = logging.getLogger(__name__)
OUTCOMES: Counter[str] = Counter()


class Case(TypedDict, total=False):
    body: Required[str]
    draft: str | None
    editor_decision: str | None
    legal_decision: str | None
    seats: int | None
    seats_text: str | None
    log: Annotated[list[str], operator.add]
    result: str


def log_outcome(stage: str, decision: str) -> None:
    OUTCOMES[decision] += 1
    logger.info(json.dumps({"stage": stage, "decision": decision}))


def write_draft(state: Case) -> dict[str, Any]:
    return {"draft": f"Dear customer, {state['body']}"}


def pass_small_cases(state: Case) -> dict[str, Any]:
    if len(state["body"]) < 4:
        return {"editor_decision": "approve", "legal_decision": "approve", "result": "sent without a look"}
    return {"editor_decision": None}


def is_small(state: Case) -> Literal["editor", "__end__"]:
    return "__end__" if state.get("editor_decision") == "approve" else "editor"


def editor(state: Case) -> dict[str, Any]:
    review = interrupt({"stage": "editor", "draft": state["draft"], "options": ["approve", "reject"]})
    decision = review["decision"] if isinstance(review, dict) else str(review)
    log_outcome("editor", decision)
    if decision != "approve":
        return {"editor_decision": decision, "log": ["editor"], "result": f"editor: {decision}"}
    return {"editor_decision": "approve", "log": ["editor"]}


def after_editor(state: Case) -> str:
    if state["editor_decision"] != "approve":
        return END
    return "legal"


def legal(state: Case) -> Command[Literal["count_seats", "__end__"]]:
    review = interrupt({"stage": "legal", "draft": state["draft"]})
    decision = review["decision"] if isinstance(review, dict) else str(review)
    log_outcome("legal", decision)
    if decision != "approve":
        return Command(goto="__end__", update={"legal_decision": decision, "result": f"legal: {decision}"})
    return Command(goto="count_seats", update={"legal_decision": decision})


def count_seats(state: Case) -> dict[str, Any]:
    prompt = "How many seats does the customer get?"
    while True:
        user_input = interrupt(prompt)
        note_attempt("seats", user_input)
        try:
            seats = int(user_input)
            if seats < 0:
                raise ValueError("seats cannot be negative")
            break
        except (ValueError, TypeError):
            prompt = f"'{user_input}' is no number of seats. How many?"
    return {"seats": seats, "seats_text": str(user_input), "result": f"sent with {seats + 1} seats"}


def note_attempt(name: str, value: str) -> None:
    logger.info("%s: %s", name, value)


def build() -> Any:
    builder: Any = StateGraph(Case)
    for node in (write_draft, pass_small_cases, editor, legal, count_seats):
        builder.add_node(node.__name__, node)
    builder.add_edge(START, "write_draft")
    builder.add_edge("write_draft", "pass_small_cases")
    builder.add_conditional_edges("pass_small_cases", is_small)
    builder.add_conditional_edges("editor", after_editor)
    builder.add_edge("count_seats", END)
    return builder.compile()


desk = build()
