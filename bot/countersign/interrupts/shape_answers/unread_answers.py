"""A request whose answer the code does nothing with: the run goes on in the same way whatever it is."""

from dataclasses import replace

from countersign.approvals.json import Json
from countersign.interrupts.code import Meaning, Unknown, meaning
from countersign.interrupts.dialects.requests.dialect import APPROVE, EDIT, REJECT
from countersign.interrupts.forms.field import Option
from countersign.interrupts.review_request import AnswerSource, ReviewRequest, ReviewRow


def unread_answers(request: ReviewRequest, shape: Unknown) -> ReviewRequest:
    """The request without a no and without an edit: the code would go on as if it had been approved.

    Whoever does not agree cancels the run.
    """
    rows = tuple(map(_going_on, request.rows))
    where = f"{shape.where}: " if shape.where else ""
    return replace(request, rows=rows, source=AnswerSource.CODE, evidence=f"{where}{shape.evidence}")


def _going_on(row: ReviewRow) -> ReviewRow:
    kept = {APPROVE} if APPROVE in row.answers else row.answers.keys() - {EDIT, REJECT}
    return replace(
        row,
        answers={kind: answer for kind, answer in row.answers.items() if kind in kept},
        forms={kind: form for kind, form in row.forms.items() if kind in kept},
        options=tuple(each for each in row.options if not _is_a_no(each)) or row.options,
    )


def _is_a_no(option: Option) -> bool:
    return Meaning.NO in (meaning(option.label), _meaning_of(option.value))


def _meaning_of(value: Json) -> Meaning:
    return meaning(value) if value is None or isinstance(value, bool | int | float | str) else Meaning.OTHER
