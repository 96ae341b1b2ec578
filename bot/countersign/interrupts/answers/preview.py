"""What each button of a request sends to the graph, to be shown before anybody clicks it."""

from collections.abc import Iterator
from dataclasses import dataclass

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts.answers.negative_options import is_negative
from countersign.interrupts.answers.template import AnswerTemplate, Path
from countersign.interrupts.json_values.unset import UNSET
from countersign.interrupts.review_request import ReviewRequest, ReviewRow

TYPED = "…"
"""Stands in a preview for what people type."""


@dataclass(frozen=True, kw_only=True)
class AnswerPreview:
    """One button of one row, and what the graph gets.

    `action` is the action id without `approval:`. `value` is the value that resumes the graph; of a request
    with several rows it is this row's part. What people type goes to `typed_at`, a path of keys and indexes
    in it, where `value` has what a form is prefilled with, or `TYPED`.
    """

    row: int
    action: str
    label: str
    value: Json
    typed_at: Path | None = None


def answer_previews(request: ReviewRequest) -> tuple[AnswerPreview, ...]:
    """The buttons in the order of the rows; an answer given another way is not a button of these.

    Nor is a rejection that cancels the run, which the graph does not get.
    """
    return tuple(preview for at, row in enumerate(request.rows) for preview in _of_row(request, at, row))


def _of_row(request: ReviewRequest, at: int, row: ReviewRow) -> Iterator[AnswerPreview]:
    for kind in DecisionKind:
        answer = row.answers.get(kind)
        if answer is None or (kind is DecisionKind.RESPOND and row.options and kind not in row.forms):
            continue
        if kind is DecisionKind.REJECT and row.ignores_answer:
            continue
        yield _preview(request, at, kind.value, _label(request, row, kind), answer, _prefilled(row, kind))
    for option in row.options:
        if row.ignores_answer and is_negative(option):
            continue
        answer = row.answers[DecisionKind.RESPOND]
        fixed = AnswerTemplate(value=answer.fill(option.value))
        yield _preview(request, at, f"option:{option.key}", option.label, fixed, None)


def _label(request: ReviewRequest, row: ReviewRow, kind: DecisionKind) -> str:
    """As it is on the card."""
    answers = request.plain_question or DecisionKind.APPROVE not in row.answers
    return "Answer" if kind is DecisionKind.RESPOND and answers else kind.value.capitalize()


def _prefilled(row: ReviewRow, kind: DecisionKind) -> Json:
    form = row.forms.get(kind)
    return TYPED if form is None or form.base is UNSET else form.base


def _preview(
    request: ReviewRequest, row: int, action: str, label: str, answer: AnswerTemplate, typed: Json
) -> AnswerPreview:
    value, path = answer.fill(typed), answer.slot
    batch = request.batch
    if batch is not None and len(request.rows) == 1:
        value = batch.fill([value])
        path = None if path is None else (*(batch.slot or ()), 0, *path)
    return AnswerPreview(row=row, action=action, label=label, value=value, typed_at=path)
