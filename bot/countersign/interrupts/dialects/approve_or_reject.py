"""Approve or reject: a question about something, or any other payload with a title."""

from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.answers.template import fixed
from countersign.interrupts.dialects.question import is_plain_question
from countersign.interrupts.dialects.requests.answer_forms import reason_form
from countersign.interrupts.dialects.requests.blank_payload import is_blank
from countersign.interrupts.dialects.requests.dialect import APPROVE, REJECT, Dialect
from countersign.interrupts.dialects.requests.request_builder import single_row_request
from countersign.interrupts.dialects.requests.review_fields import lead_of, review_fields, with_fields
from countersign.interrupts.review_request import ReviewRequest

NAME = "approve_or_reject"


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    if not isinstance(value, dict) or lead_of(value) is None or is_plain_question(value):
        return None
    if is_blank(value):  # there is nothing that anybody could approve
        return None
    fields = review_fields(value, _("The agent asks for approval"))
    action = value.get("action")
    request = single_row_request(
        NAME,
        title=fields.title,
        description=fields.description,
        parts=fields.parts,
        answers={APPROVE: fixed(True), REJECT: fixed(False)},
        forms={REJECT: reason_form(told_to_graph=False)},
        action=action if isinstance(action, str) and action.strip() else None,
        args=_arguments(value),
    )
    return with_fields(request, fields)


def _arguments(value: dict[str, Json]) -> Json:
    """Those of the tool that `action` names; without one, the payload is what it is about."""
    args, action = value.get("args"), value.get("action")
    return args if isinstance(action, str) and action.strip() and isinstance(args, dict) else value


DIALECT = Dialect(NAME, parse)
