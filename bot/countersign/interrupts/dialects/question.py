"""A plain question: a string, or an object with only a question; the answer is the text itself.

A question for a yes or a no has Approve and Reject as well: a graph that tests the answer's truth takes the
text "no" for a yes.
"""

from collections.abc import Mapping

from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.answers.template import WHOLE_ANSWER, AnswerTemplate, fixed
from countersign.interrupts.dialects.requests.answer_forms import reason_form, text_form
from countersign.interrupts.dialects.requests.blank_payload import is_blank
from countersign.interrupts.dialects.requests.dialect import APPROVE, REJECT, RESPOND, Dialect
from countersign.interrupts.dialects.requests.request_builder import single_row_request
from countersign.interrupts.dialects.requests.review_fields import review_fields
from countersign.interrupts.dialects.yes_no_question import Wanted, wanted_answer
from countersign.interrupts.forms.any_answer import any_answer_form
from countersign.interrupts.review_request import Part, ReviewRequest

NAME = "question"


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    asked = {"question": value} if isinstance(value, str) else value
    if not isinstance(asked, Mapping) or not is_plain_question(asked):
        return None
    if is_blank(asked):
        return _blank(value)
    wanted = wanted_answer(str(next(iter(asked.values()))))
    fields = review_fields(asked, _("The agent asks"))
    answers = {RESPOND: AnswerTemplate(slot=(), when_empty="")}
    forms = {RESPOND: text_form(_("Answer"), refuses_no=wanted is not Wanted.WORDS)}
    if wanted is Wanted.YES_OR_NO:
        answers |= {APPROVE: fixed(True), REJECT: fixed(False)}
        forms[REJECT] = reason_form(told_to_graph=False)
    return single_row_request(
        NAME,
        title=fields.title,
        description=fields.description,
        parts=fields.parts,
        answers=answers,
        forms=forms,
        args=value,
        plain_question=True,
        answered_by_reply=wanted is not Wanted.YES_OR_NO,
    )


def _blank(value: Json) -> ReviewRequest:
    """Replies in the thread do not answer it; people choose the kind of their answer."""
    return single_row_request(
        NAME,
        title=_("The agent asks"),
        description=_("The agent sent no question. Look in the thread, or ask whoever runs it."),
        parts=()
        if value in ("", {"question": ""})
        else (Part(label="value", heading=_("Value"), value=value),),
        answers={RESPOND: WHOLE_ANSWER},
        forms={RESPOND: any_answer_form()},
        args=value,
        plain_question=True,
    )


def is_plain_question(value: Mapping[str, Json]) -> bool:
    """A question that stands alone.

    A `message` or `prompt` is one only if it asks for words: it may as well be about to do something.
    """
    key = next(iter(value), None)
    text = value[key] if key is not None and len(value) == 1 else None
    if not isinstance(text, str):
        return False
    return key == "question" or (key in {"message", "prompt"} and wanted_answer(text) is Wanted.WORDS)


DIALECT = Dialect(NAME, parse)
