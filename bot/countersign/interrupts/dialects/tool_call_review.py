"""The tool call review of LangGraph's how-to guides: continue, update, or feedback to the model."""

from collections.abc import Sequence
from dataclasses import replace

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts.dialects.dialect import (
    APPROVE,
    EDIT,
    REJECT,
    RESPOND,
    Dialect,
    action_part,
    message_form,
    one_row,
    parts,
    reason_form,
    run_heading,
    text_of,
    told,
)
from countersign.interrupts.making import form_from_arguments
from countersign.interrupts.request import Part, ReviewRequest

NAME = "tool_call_review"
_ASIDE = frozenset({"id", "type"})
REJECTED = "Rejected by a human reviewer."


def read(value: Json, _schema: Json) -> ReviewRequest | None:
    if not isinstance(value, dict) or "tool_call" not in value:
        return None
    call = value["tool_call"]
    name, args, shown = _taken_apart(call)
    question = value.get("question")
    description, long = told(question, "question")
    return one_row(
        NAME,
        heading=run_heading(name),
        description=description,
        shown=(*long, *shown, *parts(value, without=("tool_call", "question"))),
        forms={
            APPROVE: None,
            EDIT: form_from_arguments(args),
            REJECT: reason_form(hint=f"Left empty, the agent is told: {REJECTED}"),
            RESPOND: message_form("Feedback", "Given to the agent in place of the tool's result."),
        },
        action=name,
    )


def answer(_value: Json, decisions: Sequence[Decision]) -> Json:
    decision = decisions[0]
    match decision.kind:
        case DecisionKind.APPROVE:
            return ["continue", None]
        case DecisionKind.EDIT:
            return ["update", decision.value]
        case DecisionKind.REJECT:
            return ["feedback", decision.message or REJECTED]
        case DecisionKind.RESPOND:
            return ["feedback", text_of(decision)]


def _taken_apart(call: Json) -> tuple[str | None, Json, tuple[Part, ...]]:
    """The tool's name, the arguments that an update replaces, and what to show."""
    if not isinstance(call, dict):
        return None, call, (Part(label="tool_call", value=call),)
    key = next((k for k in ("args", "arguments") if k in call), None)
    named = call.get("name")
    name = named if isinstance(named, str) and named else None
    if key is None:
        return (
            name,
            call,
            (*(action_part(name) if name else ()), *parts(call, without=("name",) if name else ())),
        )
    args = call[key]
    inner = parts(args) if isinstance(args, dict) else (Part(label=key, value=args),)
    rest = tuple(
        replace(part, aside=part.label in _ASIDE)
        for part in parts(call, without=(key, *(("name",) if name else ())))
    )
    return name, args, (*(action_part(name) if name else ()), *inner, *rest)


DIALECT = Dialect(NAME, read, answer)
