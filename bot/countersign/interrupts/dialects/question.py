"""A plain question: a string, or an object with only `question`; the answer is the text itself."""

from collections.abc import Sequence

from countersign.approvals.decision import Decision
from countersign.approvals.json import Json
from countersign.interrupts.dialects.answer_forms import answer_text, text_form
from countersign.interrupts.dialects.dialect import RESPOND, Dialect
from countersign.interrupts.dialects.request_builder import single_row_request, title_from_question
from countersign.interrupts.review_request import ReviewRequest

NAME = "question"


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    text = value["question"] if isinstance(value, dict) and value.keys() == {"question"} else value
    if not isinstance(text, str):
        return None
    heading, description, long = title_from_question(text, "question", "The agent asks")
    return single_row_request(
        NAME,
        title=heading,
        description=description,
        parts=long,
        forms={RESPOND: text_form("Answer")},
        plain_question=True,
    )


def resume_value(_value: Json, decisions: Sequence[Decision]) -> Json:
    return answer_text(decisions[0])


DIALECT = Dialect(NAME, parse, resume_value)
