"""Human assistance, from LangGraph's tutorial: `{"query": ...}` is answered with `{"data": ...}`."""

from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.answers.template import AnswerTemplate
from countersign.interrupts.dialects.requests.answer_forms import message_form
from countersign.interrupts.dialects.requests.dialect import RESPOND, Dialect
from countersign.interrupts.dialects.requests.request_builder import single_row_request, title_from_question
from countersign.interrupts.review_request import ReviewRequest

NAME = "assistance"


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    if not isinstance(value, dict) or value.keys() != {"query"} or not isinstance(value["query"], str):
        return None
    title, description, long = title_from_question(value["query"], "query", _("The agent asks for help"))
    return single_row_request(
        NAME,
        title=title,
        description=description,
        parts=long,
        answers={RESPOND: AnswerTemplate(value={"data": ""}, slot=("data",), when_empty="")},
        forms={RESPOND: message_form(_("Answer"))},
        args=value,
        answered_by_reply=True,
    )


DIALECT = Dialect(NAME, parse)
