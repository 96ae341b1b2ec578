"""A request whose answer the code does nothing with: the run goes on in the same way whatever it is."""

from dataclasses import replace

from countersign.interrupts.code import Unknown
from countersign.interrupts.dialects.requests.dialect import APPROVE, EDIT, REJECT
from countersign.interrupts.review_request import AnswerSource, ReviewRequest, ReviewRow


def unread_answers(request: ReviewRequest, shape: Unknown) -> ReviewRequest:
    """The request without an edit and a remark, which the code would not hear. A no cancels the run."""
    rows = tuple(map(_going_on, request.rows))
    where = f"{shape.where}: " if shape.where else ""
    return replace(request, rows=rows, source=AnswerSource.CODE, evidence=f"{where}{shape.evidence}")


def _going_on(row: ReviewRow) -> ReviewRow:
    kept = {APPROVE, REJECT} if APPROVE in row.answers else row.answers.keys() - {EDIT}
    return replace(
        row,
        answers={kind: answer for kind, answer in row.answers.items() if kind in kept},
        forms={kind: form for kind, form in row.forms.items() if kind in kept},
        goes_on_regardless=True,
    )
