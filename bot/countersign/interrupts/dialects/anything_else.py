"""Any other value: shown as it is, answered with JSON, so that no graph ever runs into a dead end."""

from collections.abc import Sequence

from countersign.approvals.decision import Decision
from countersign.approvals.json import Json
from countersign.interrupts.dialects.answer_forms import answer_value
from countersign.interrupts.dialects.dialect import RESPOND, Dialect
from countersign.interrupts.dialects.request_builder import parts, single_row_request
from countersign.interrupts.forms.form_builder import json_form
from countersign.interrupts.review_request import Part, ReviewRequest

NAME = "anything_else"


def parse(value: Json, _schema: Json) -> ReviewRequest:
    shown = parts(value) if isinstance(value, dict) and value else (Part(label="value", value=value),)
    return single_row_request(
        NAME,
        title="The agent waits for an answer",
        description=None,
        parts=shown,
        forms={RESPOND: json_form("Answer", accepts_text=True)},
    )


def resume_value(_value: Json, decisions: Sequence[Decision]) -> Json:
    return answer_value(decisions[0])


DIALECT = Dialect(NAME, parse, resume_value)
