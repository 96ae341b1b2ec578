"""From an interrupt's value to a review request."""

from dataclasses import replace

from countersign.approvals.json import Json
from countersign.interrupts.code import AnswerShape
from countersign.interrupts.dialects import DIALECTS
from countersign.interrupts.forms.any_answer import any_answer_form
from countersign.interrupts.json_conversion import to_json
from countersign.interrupts.review_request import AnswerSource, ReviewRequest
from countersign.interrupts.shape_answers.from_shape import with_shape
from countersign.interrupts.size_limit import shortened, without_approval
from countersign.interrupts.validation.schema import compile_schema


def parse(value: Json, schema: Json = None, shape: AnswerShape | None = None) -> ReviewRequest:
    """What the interrupt asks, read by the first dialect that knows its payload. Never raises.

    `shape` is what the graph's own code does with the answer. It decides what is sent where neither a schema
    nor a documented protocol does.
    """
    value, schema = to_json(value), to_json(schema)
    if (kept := shortened(value)) is not None:
        return without_approval(parse(kept.value, schema, shape), kept)
    dialect, request = next(
        (dialect, found) for dialect in DIALECTS if (found := dialect.parse(value, schema)) is not None
    )
    if schema is not None:
        request = replace(request, schema=compile_schema(schema))
    if not dialect.guessed:
        return replace(request, source=AnswerSource.DECLARED)
    if shape is not None and schema is None:
        request = with_shape(request, value, shape)
    rows = tuple(replace(row, other=any_answer_form()) for row in request.rows)
    return replace(request, rows=rows)
