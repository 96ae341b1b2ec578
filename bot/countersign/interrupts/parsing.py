"""From an interrupt's value to a review request."""

from dataclasses import replace

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.code import AnswerShape, Unknown
from countersign.interrupts.dialects import DIALECTS, static_breakpoint
from countersign.interrupts.dialects.requests.answer_forms import reason_form
from countersign.interrupts.forms.any_answer import any_answer_form
from countersign.interrupts.forms.form import Form
from countersign.interrupts.json_values.conversion import to_json
from countersign.interrupts.review_request import AnswerSource, ReviewRequest, ReviewRow
from countersign.interrupts.shape_answers.from_shape import with_shape
from countersign.interrupts.shape_answers.ignored_answers import with_ignored_answers
from countersign.interrupts.size_limit import shortened, without_approval
from countersign.interrupts.validation.schema import compile_schema


def parse(value: Json, schema: Json = None, shape: AnswerShape | None = None) -> ReviewRequest:
    """What the interrupt asks, read by the first dialect that knows its payload. Never raises.

    `shape` is what the graph's own code does with the answer. It decides what is sent where neither a schema
    nor a documented protocol does.
    """
    found = _parse(to_json(value), to_json(schema), shape)
    return replace(found, rows=tuple(map(_with_a_way_to_refuse, found.rows)))


def _with_a_way_to_refuse(row: ReviewRow) -> ReviewRow:
    """Where the graph takes no rejection, its run can be cancelled."""
    return row if DecisionKind.REJECT in row.allowed else replace(row, cancellation=_cancellation())


def _cancellation() -> Form:
    return reason_form(hint=_("Kept with the decision. The agent isn't told."))


def _parse(value: Json, schema: Json, shape: AnswerShape | None) -> ReviewRequest:
    if (kept := shortened(value)) is not None:
        return without_approval(_parse(kept.value, schema, shape), kept)
    dialect, request = next(
        (dialect, found) for dialect in DIALECTS if (found := dialect.parse(value, schema)) is not None
    )
    if schema is not None:
        request = replace(request, schema=compile_schema(schema))
    if not dialect.guessed:
        asked_by_code = schema is None and dialect is not static_breakpoint.DIALECT
        if asked_by_code and isinstance(shape, Unknown) and shape.unread:  # whatever it declares
            return with_ignored_answers(request, shape)
        return replace(request, source=AnswerSource.DECLARED)
    if shape is not None and schema is None:
        request = with_shape(request, value, shape)
    rows = tuple(replace(row, other=any_answer_form()) for row in request.rows)
    return replace(request, rows=rows)
