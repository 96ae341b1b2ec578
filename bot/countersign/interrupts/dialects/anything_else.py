"""Any other value: shown as it is, answered with any JSON, so that every graph can be answered."""

from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.answers.template import WHOLE_ANSWER
from countersign.interrupts.dialects.requests.dialect import RESPOND, Dialect
from countersign.interrupts.dialects.requests.request_builder import parts, single_row_request
from countersign.interrupts.forms.any_answer import AnswerKind, any_answer_form
from countersign.interrupts.review_request import Part, ReviewRequest

NAME = "anything_else"


def parse(value: Json, _schema: Json) -> ReviewRequest:
    shown = (
        parts(value)
        if isinstance(value, dict) and value
        else (Part(label="value", heading=_("Value"), value=value),)
    )
    return single_row_request(
        NAME,
        title=_("The agent waits for an answer"),
        description=None,
        parts=shown,
        answers={RESPOND: WHOLE_ANSWER},
        forms={RESPOND: any_answer_form(AnswerKind.JSON)},
        args=value,
    )


DIALECT = Dialect(NAME, parse)
