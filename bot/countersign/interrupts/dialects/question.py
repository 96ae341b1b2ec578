"""A plain question: a string, or an object with only `question`; the answer is the text itself."""

from collections.abc import Sequence

from countersign.approvals.decision import Decision
from countersign.approvals.json import Json
from countersign.interrupts.dialects.dialect import RESPOND, Dialect, asked, one_row, text_form, text_of
from countersign.interrupts.request import ReviewRequest

NAME = "question"


def read(value: Json, _schema: Json) -> ReviewRequest | None:
    text = value["question"] if isinstance(value, dict) and value.keys() == {"question"} else value
    if not isinstance(text, str):
        return None
    heading, description, long = asked(text, "question", "The agent asks")
    return one_row(
        NAME,
        heading=heading,
        description=description,
        shown=long,
        forms={RESPOND: text_form("Answer")},
        plain_question=True,
    )


def answer(_value: Json, decisions: Sequence[Decision]) -> Json:
    return text_of(decisions[0])


DIALECT = Dialect(NAME, read, answer)
