"""A plain question: a string, or an object with only `question`; the answer is the text itself."""

from collections.abc import Mapping

from countersign.approvals.json import Json
from countersign.interrupts.answers.template import AnswerTemplate
from countersign.interrupts.dialects.answer_forms import text_form
from countersign.interrupts.dialects.dialect import RESPOND, Dialect
from countersign.interrupts.dialects.request_builder import single_row_request
from countersign.interrupts.dialects.review_fields import review_fields
from countersign.interrupts.dialects.yes_no_question import Wanted, wanted_answer
from countersign.interrupts.review_request import ReviewRequest

NAME = "question"


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    asked = {"question": value} if isinstance(value, str) else value
    if not isinstance(asked, Mapping) or not is_plain_question(asked):
        return None
    text = next(iter(asked.values()))
    unclear = isinstance(text, str) and wanted_answer(text) is Wanted.UNCLEAR
    fields = review_fields(asked, "The agent asks")
    return single_row_request(
        NAME,
        title=fields.title,
        description=fields.description,
        parts=fields.parts,
        answers={RESPOND: AnswerTemplate(slot=(), when_empty="")},
        forms={RESPOND: text_form("Answer", refuses_yes_no=unclear)},
        args=value,
        plain_question=True,
        answered_by_reply=True,
    )


def is_plain_question(value: Mapping[str, Json]) -> bool:
    """A question that stands alone and does not ask for a yes or a no.

    A `message` or `prompt` is one only if it asks for words: it may as well be about to do something.
    """
    key = next(iter(value), None)
    text = value[key] if key is not None and len(value) == 1 else None
    if not isinstance(text, str):
        return False
    wanted = wanted_answer(text)
    return (
        wanted is not Wanted.YES_OR_NO
        if key == "question"
        else (key in {"message", "prompt"} and wanted is Wanted.WORDS)
    )


DIALECT = Dialect(NAME, parse)
