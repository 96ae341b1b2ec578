"""Approve or reject: a question about something, a payload with a title, or a question for a yes or a no."""

from collections.abc import Mapping

from countersign.approvals.json import Json
from countersign.interrupts.answers.template import fixed
from countersign.interrupts.dialects.answer_forms import reason_form
from countersign.interrupts.dialects.dialect import APPROVE, REJECT, Dialect
from countersign.interrupts.dialects.question import is_plain_question
from countersign.interrupts.dialects.request_builder import single_row_request
from countersign.interrupts.dialects.review_fields import lead_of, review_fields, with_fields
from countersign.interrupts.review_request import ReviewRequest

NAME = "approve_or_reject"


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    if isinstance(value, str):
        asked: Mapping[str, Json] = {"question": value}
    elif isinstance(value, dict) and lead_of(value):
        asked = value
    else:
        return None
    if is_plain_question(asked):
        return None
    fields = review_fields(asked, "The agent asks for approval")
    action = asked.get("action")
    request = single_row_request(
        NAME,
        title=fields.title,
        description=fields.description,
        parts=fields.parts,
        answers={APPROVE: fixed(True), REJECT: fixed(False)},
        forms={REJECT: reason_form(told_to_graph=False)},
        action=action if isinstance(action, str) and action.strip() else None,
        args=value,
    )
    return with_fields(request, fields)


DIALECT = Dialect(NAME, parse)
