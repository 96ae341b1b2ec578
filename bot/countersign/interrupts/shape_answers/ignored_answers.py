"""Requests whose answer the graph's code ignores: the run continues the same way whatever it is."""

from dataclasses import replace

from countersign.interrupts.code import Unknown
from countersign.interrupts.dialects.requests.dialect import APPROVE, EDIT, REJECT
from countersign.interrupts.review_request import AnswerSource, ReviewRequest, ReviewRow


def with_ignored_answers(request: ReviewRequest, shape: Unknown) -> ReviewRequest:
    """The request without an edit and a remark, which the code would ignore. A no cancels the run."""
    rows = tuple(map(_without_ignored, request.rows))
    where = f"{shape.where}: " if shape.where else ""
    return replace(request, rows=rows, source=AnswerSource.CODE, evidence=f"{where}{shape.evidence}")


def _without_ignored(row: ReviewRow) -> ReviewRow:
    kept = {APPROVE, REJECT} if APPROVE in row.answers else row.answers.keys() - {EDIT}
    return replace(
        row,
        answers={kind: answer for kind, answer in row.answers.items() if kind in kept},
        forms={kind: form for kind, form in row.forms.items() if kind in kept},
        ignores_answer=True,
    )
