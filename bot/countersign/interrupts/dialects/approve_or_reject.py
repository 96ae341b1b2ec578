"""Approve or reject, from LangGraph's documentation: a question about something, answered true or false."""

from collections.abc import Sequence

from countersign.approvals.decision import Decision
from countersign.approvals.json import Json
from countersign.interrupts.dialects.answer_forms import reason_form
from countersign.interrupts.dialects.dialect import APPROVE, REJECT, Dialect
from countersign.interrupts.dialects.request_builder import parts, single_row_request, title_from_question
from countersign.interrupts.review_request import ReviewRequest

NAME = "approve_or_reject"


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    if not isinstance(value, dict) or not isinstance(value.get("question"), str) or len(value) < 2:
        return None
    heading, description, long = title_from_question(
        value["question"], "question", "The agent asks for approval"
    )
    return single_row_request(
        NAME,
        title=heading,
        description=description,
        parts=(*long, *parts(value, without=("question",))),
        forms={APPROVE: None, REJECT: reason_form(told_to_graph=False)},
    )


def resume_value(_value: Json, decisions: Sequence[Decision]) -> Json:
    return decisions[0].kind is APPROVE


DIALECT = Dialect(NAME, parse, resume_value)
