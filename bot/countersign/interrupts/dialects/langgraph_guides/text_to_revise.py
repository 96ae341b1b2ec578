"""A text to revise, from LangGraph's documentation: `{"text_to_revise": ...}`, answered with the text."""

from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.answers.template import AnswerTemplate, fixed
from countersign.interrupts.dialects.requests.answer_forms import edit_text_form
from countersign.interrupts.dialects.requests.dialect import APPROVE, EDIT, Dialect
from countersign.interrupts.dialects.requests.request_builder import parts, single_row_request
from countersign.interrupts.review_request import ReviewRequest

NAME = "text_to_revise"
KEY = "text_to_revise"


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    if not isinstance(value, dict) or value.keys() != {KEY} or not isinstance(value[KEY], str):
        return None
    text = str(value[KEY])
    return single_row_request(
        NAME,
        title=_("A text to revise"),
        description=None,
        parts=parts(value),
        answers={APPROVE: fixed(text), EDIT: AnswerTemplate(slot=(), when_empty="")},
        forms={EDIT: edit_text_form(_("Text"), text)},
        args=value,
    )


DIALECT = Dialect(NAME, parse)
