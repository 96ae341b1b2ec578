"""A text to revise, from LangGraph's documentation: `{"text_to_revise": ...}`, answered with the text."""

from collections.abc import Sequence

from countersign.approvals.decision import Decision
from countersign.approvals.json import Json
from countersign.interrupts.dialects.answer_forms import text_form
from countersign.interrupts.dialects.dialect import APPROVE, EDIT, Dialect
from countersign.interrupts.dialects.request_builder import parts, single_row_request
from countersign.interrupts.review_request import ReviewRequest

NAME = "text_to_revise"
KEY = "text_to_revise"


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    if not isinstance(value, dict) or value.keys() != {KEY} or not isinstance(value[KEY], str):
        return None
    return single_row_request(
        NAME,
        title="A text to revise",
        description=None,
        parts=parts(value),
        forms={APPROVE: None, EDIT: text_form("Text", str(value[KEY]))},
    )


def resume_value(value: Json, decisions: Sequence[Decision]) -> Json:
    assert isinstance(value, dict)
    return value[KEY] if decisions[0].kind is APPROVE else decisions[0].value


DIALECT = Dialect(NAME, parse, resume_value)
