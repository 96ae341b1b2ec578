"""Human assistance, from LangGraph's tutorial: `{"query": ...}` is answered with `{"data": ...}`."""

from collections.abc import Sequence

from countersign.approvals.decision import Decision
from countersign.approvals.json import Json
from countersign.interrupts.dialects.answer_forms import answer_text, message_form
from countersign.interrupts.dialects.dialect import RESPOND, Dialect
from countersign.interrupts.dialects.request_builder import single_row_request, title_from_question
from countersign.interrupts.review_request import ReviewRequest

NAME = "assistance"


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    if not isinstance(value, dict) or value.keys() != {"query"} or not isinstance(value["query"], str):
        return None
    heading, description, long = title_from_question(value["query"], "query", "The agent asks for help")
    return single_row_request(
        NAME,
        title=heading,
        description=description,
        parts=long,
        forms={RESPOND: message_form("Answer")},
    )


def resume_value(_value: Json, decisions: Sequence[Decision]) -> Json:
    return {"data": answer_text(decisions[0])}


DIALECT = Dialect(NAME, parse, resume_value)
