"""A question that says what its answer looks like: `interrupt(value, response_schema=...)`.

A yes-or-no schema is approve and reject. Any other is a form, prefilled with what the payload has under the
same names, and else with the schema's own defaults. Where there is something to edit, Edit opens it too.
"""

from collections.abc import Sequence

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts.dialects.answer_forms import answer_value, reason_form
from countersign.interrupts.dialects.dialect import APPROVE, EDIT, REJECT, RESPOND, Dialect
from countersign.interrupts.dialects.request_builder import parts, single_row_request, title_from_question
from countersign.interrupts.forms.form import Form
from countersign.interrupts.forms.form_builder import form_from_schema
from countersign.interrupts.review_request import Part, ReviewRequest
from countersign.interrupts.unset import UNSET
from countersign.interrupts.validation.schema import compile_schema
from countersign.interrupts.validation.subschema import resolve_subschema

NAME = "response_schema"
_WORDS = ("question", "message", "title", "query", "task", "description")


def parse(value: Json, schema: Json) -> ReviewRequest | None:
    if schema is None:
        return None
    lead = next((k for k in _WORDS if isinstance(value, dict) and isinstance(value.get(k), str)), None)
    yes_or_no = _is_boolean(schema)
    heading = "The agent asks for approval" if yes_or_no else "The agent asks for an answer"
    description: str | None = None
    shown: tuple[Part, ...] = (Part(label="value", value=value),)
    if isinstance(value, str):
        heading, description, shown = title_from_question(value, "question", heading)
    elif isinstance(value, dict):
        heading, description, shown = (
            title_from_question(value[lead], lead, heading) if lead else (heading, None, ())
        )
        shown = (*shown, *parts(value, without=(lead,) if lead else ()))
    forms: dict[DecisionKind, Form | None]
    if yes_or_no:
        forms = {APPROVE: None, REJECT: reason_form(told_to_graph=False)}
    else:
        filled = form_from_schema(schema, value)
        forms = {RESPOND: filled}
        if filled.base is not UNSET:
            forms[EDIT] = filled
    return single_row_request(NAME, title=heading, description=description, parts=shown, forms=forms)


def resume_value(_value: Json, decisions: Sequence[Decision]) -> Json:
    decision = decisions[0]
    match decision.kind:
        case DecisionKind.APPROVE:
            return True
        case DecisionKind.REJECT:
            return False
        case DecisionKind.EDIT | DecisionKind.RESPOND:
            return answer_value(decision)


def _is_boolean(schema: Json) -> bool:
    spec = resolve_subschema(schema, schema)
    plain = spec is not None and spec.type == "boolean" and not spec.nullable and "enum" not in spec.keywords
    return plain and compile_schema(schema).usable


DIALECT = Dialect(NAME, parse, resume_value)
