"""The tool call review of LangGraph's how-to guides: continue, update, or feedback to the model."""

from collections.abc import Sequence
from dataclasses import replace

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts.dialects.answer_forms import answer_text, message_form, reason_form
from countersign.interrupts.dialects.dialect import APPROVE, EDIT, REJECT, RESPOND, Dialect
from countersign.interrupts.dialects.request_builder import (
    description_or_part,
    long_name_part,
    parts,
    run_title,
    single_row_request,
)
from countersign.interrupts.forms.form_builder import form_from_arguments
from countersign.interrupts.review_request import Part, ReviewRequest

NAME = "tool_call_review"
_ASIDE = frozenset({"id", "type"})
REJECTED = "Rejected by a human reviewer."


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    if not isinstance(value, dict) or "tool_call" not in value:
        return None
    call = value["tool_call"]
    name, args, shown = _taken_apart(call)
    question = value.get("question")
    description, long = description_or_part(question, "question")
    return single_row_request(
        NAME,
        title=run_title(name),
        description=description,
        parts=(*long, *shown, *parts(value, without=("tool_call", "question"))),
        forms={
            APPROVE: None,
            EDIT: form_from_arguments(args),
            REJECT: reason_form(hint=f"Left empty, the agent is told: {REJECTED}"),
            RESPOND: message_form("Feedback", "Given to the agent in place of the tool's result."),
        },
        action=name,
    )


def resume_value(_value: Json, decisions: Sequence[Decision]) -> Json:
    decision = decisions[0]
    match decision.kind:
        case DecisionKind.APPROVE:
            return ["continue", None]
        case DecisionKind.EDIT:
            return ["update", decision.value]
        case DecisionKind.REJECT:
            return ["feedback", decision.message or REJECTED]
        case DecisionKind.RESPOND:
            return ["feedback", answer_text(decision)]


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
            (*(long_name_part(name) if name else ()), *parts(call, without=("name",) if name else ())),
        )
    args = call[key]
    inner = parts(args) if isinstance(args, dict) else (Part(label=key, value=args),)
    rest = tuple(
        replace(part, secondary=part.label in _ASIDE)
        for part in parts(call, without=(key, *(("name",) if name else ())))
    )
    return name, args, (*(long_name_part(name) if name else ()), *inner, *rest)


DIALECT = Dialect(NAME, parse, resume_value)
