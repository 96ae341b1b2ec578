"""A question that says what its answer looks like: `interrupt(value, response_schema=...)`.

A boolean schema is approve and reject. Any other schema is a form, prefilled with what the payload has under
the same names, and else with the schema's own defaults. Where there is something to edit, Edit opens it too.
"""

from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.answers.template import WHOLE_ANSWER, fixed
from countersign.interrupts.dialects.requests.answer_forms import reason_form
from countersign.interrupts.dialects.requests.dialect import APPROVE, EDIT, REJECT, RESPOND, Dialect
from countersign.interrupts.dialects.requests.request_builder import (
    parts,
    single_row_request,
    title_from_question,
)
from countersign.interrupts.forms.form_builder import form_from_schema
from countersign.interrupts.json_values.unset import UNSET
from countersign.interrupts.review_request import Part, ReviewRequest
from countersign.interrupts.validation.schema import compile_schema
from countersign.interrupts.validation.subschema import resolve_subschema

NAME = "response_schema"
_LEADS = ("question", "message", "title", "query", "task", "description")


def parse(value: Json, schema: Json) -> ReviewRequest | None:
    if schema is None:
        return None
    approval = _is_boolean(schema)
    title, description, shown = _asked(
        value, _("The agent asks for approval") if approval else _("The agent asks for an answer")
    )
    if approval:
        answers = {APPROVE: fixed(True), REJECT: fixed(False)}
        forms = {REJECT: reason_form(told_to_graph=False)}
    else:
        form = form_from_schema(schema, value)
        answers, forms = {RESPOND: WHOLE_ANSWER}, {RESPOND: form}
        if form.base is not UNSET:
            answers[EDIT], forms[EDIT] = WHOLE_ANSWER, form
    return single_row_request(
        NAME,
        title=title,
        description=description,
        parts=shown,
        answers=answers,
        forms=forms,
        args=value,
        answered_by_reply=not approval,
    )


def _asked(value: Json, title: str) -> tuple[str, str | None, tuple[Part, ...]]:
    """Title, description and parts."""
    if isinstance(value, str):
        return title_from_question(value, "question", title)
    if not isinstance(value, dict):
        return title, None, (Part(label="value", heading=_("Value"), value=value),)
    lead = next((key for key in _LEADS if isinstance(value.get(key), str)), None)
    if lead is None:
        return title, None, parts(value)
    title, description, shown = title_from_question(value[lead], lead, title)
    return title, description, (*shown, *parts(value, without=(lead,)))


def _is_boolean(schema: Json) -> bool:
    spec = resolve_subschema(schema, schema)
    plain = spec is not None and spec.type == "boolean" and not spec.nullable and "enum" not in spec.keywords
    return plain and compile_schema(schema).usable


DIALECT = Dialect(NAME, parse, guessed=False)
