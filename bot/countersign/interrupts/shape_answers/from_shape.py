"""Replaces a request's answers by those that the graph's own code reads."""

from collections.abc import Sequence
from dataclasses import replace

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts.answers.template import WHOLE_ANSWER, AnswerTemplate, fixed
from countersign.interrupts.code import (
    AnswerShape,
    Boolean,
    ListOf,
    Number,
    Object,
    OneOf,
    Text,
    Tuple,
    Union,
    Unknown,
)
from countersign.interrupts.dialects import anything_else, question
from countersign.interrupts.dialects.langgraph_guides import tool_call_review
from countersign.interrupts.dialects.requests.answer_forms import edit_text_form
from countersign.interrupts.dialects.requests.dialect import APPROVE, EDIT, RESPOND
from countersign.interrupts.forms.field import Option
from countersign.interrupts.json_values.unset import UNSET
from countersign.interrupts.review_request import AnswerSource, Part, ReviewRequest, ReviewRow
from countersign.interrupts.shape_answers.action_answers import action_answers
from countersign.interrupts.shape_answers.code_refusals import code_refusals
from countersign.interrupts.shape_answers.compatibility import takes
from countersign.interrupts.shape_answers.ignored_answers import with_ignored_answers
from countersign.interrupts.shape_answers.offered_values import options_under_key, with_offered
from countersign.interrupts.shape_answers.plain_shapes import plain_answers, rejected_with_words
from countersign.interrupts.shape_answers.row_answers import Asked, RowAnswers
from countersign.interrupts.shape_answers.shape_schema import shape_form

# Their own answer is a guess that any shape improves on.
_WITHOUT_STRUCTURE = frozenset({question.NAME, anything_else.NAME})


def with_shape(request: ReviewRequest, value: Json, shape: AnswerShape) -> ReviewRequest:
    """The request as its dialect reads it, with the answers that the shape wants.

    The dialect's own answers stay where the code reads all of them. An unknown shape changes nothing, unless
    the code does not look at the answer.
    """
    if isinstance(shape, Unknown):
        return with_ignored_answers(request, shape) if shape.unread else request
    fits = request.dialect not in _WITHOUT_STRUCTURE and _fits(request.rows[0], shape)
    found = request if fits else _rebuilt(request, value, shape)
    where = f"{shape.where}: " if shape.where else ""
    rows = tuple(_usable(replace(row, read_as=shape), value) for row in found.rows)
    return replace(found, rows=rows, source=AnswerSource.CODE, evidence=f"{where}{shape.evidence}")


def _usable(row: ReviewRow, value: Json) -> ReviewRow:
    """The row without buttons whose answer the code cannot use; a form if none is left."""
    assert row.read_as is not None
    respond = row.answers.get(RESPOND, WHOLE_ANSWER)
    options = tuple(each for each in row.options if not code_refusals(row.read_as, respond.fill(each.value)))
    answers = {
        kind: answer
        for kind, answer in row.answers.items()
        if answer.slot is not None or not code_refusals(row.read_as, answer.value)
    }
    if row.options and not options and RESPOND not in row.forms:
        answers.pop(RESPOND, None)
    if answers.keys() == row.answers.keys() and len(options) == len(row.options):
        return row
    parts = (*row.parts, *_former_options(row, options, value))
    forms = {kind: form for kind, form in row.forms.items() if kind in answers}
    if not answers:
        whole = _whole_form(row.read_as, Asked(value=value))
        answers, forms = dict(whole.answers), dict(whole.forms)
    return replace(row, parts=parts, answers=answers, forms=forms, options=options)


def _fits(row: ReviewRow, shape: AnswerShape) -> bool:
    """Whether the code reads each of the row's answers; what a rejection sends may lead to its `else`."""
    if isinstance(shape, Text) and shape.json:
        return False  # no dialect's form looks whether a text is JSON
    if row.options:
        return any(takes(shape, option.value) for option in row.options)
    samples = [
        row.answers[kind].fill(_sample(row, kind)) for kind in (APPROVE, EDIT, RESPOND) if kind in row.answers
    ]
    return all(takes(shape, sample) for sample in samples)


def _sample(row: ReviewRow, kind: DecisionKind) -> Json:
    form = row.forms.get(EDIT) if kind is EDIT else None
    return "text" if form is None or form.base is UNSET else form.base


def _rebuilt(request: ReviewRequest, value: Json, shape: AnswerShape) -> ReviewRequest:
    row = request.rows[0]
    offered = row.options
    found = options_under_key(shape, offered) or _answers(
        with_offered(shape, offered), replace(_asked(request, value), offered=offered)
    )
    row = replace(
        row,
        parts=(*row.parts, *_former_options(row, found.options, value)),
        answers=found.answers,
        forms=found.forms,
        options=found.options,
    )
    by_reply = (request.plain_question or request.answered_by_reply) and not isinstance(shape, Boolean)
    return replace(request, rows=(row,), answered_by_reply=by_reply)


def _asked(request: ReviewRequest, value: Json) -> Asked:
    form = request.rows[0].forms.get(EDIT)
    base = UNSET if form is None else form.base
    if request.dialect == tool_call_review.NAME:
        return Asked(value=value, args=base)
    only = value[0] if isinstance(value, list) and len(value) == 1 else value
    payload = only if isinstance(only, dict) else {}
    args = next((payload[key] for key in ("args", "arguments") if isinstance(payload.get(key), dict)), UNSET)
    return Asked(value=value, text=base if isinstance(base, str) else None, args=args)


def _former_options(row: ReviewRow, buttons: Sequence[Option], value: Json) -> tuple[Part, ...]:
    """The options that were on buttons, if they are not any more: they have to be read somewhere."""
    shown = {part.label for part in row.parts}
    labels = [option.label for option in row.options]
    if labels == [option.label for option in buttons]:
        return ()
    payload = value if isinstance(value, dict) and labels else {}
    return tuple(
        Part(label=key, value=item) for key, item in payload.items() if item == labels and key not in shown
    )


def _answers(shape: AnswerShape, asked: Asked) -> RowAnswers:
    match shape:
        case Boolean() | Number() | OneOf() | Text() | ListOf():
            return plain_answers(shape, asked)
        case Union():
            return _of_each(shape, asked)
        case Tuple(items=(only,)) if isinstance(only, Object | OneOf | Boolean):
            return _answers(only, asked).in_list()
        case Object() | Tuple():
            found = action_answers(shape, asked) or _edited_text(shape, asked)
            return found or _whole_form(shape, asked)
        case _:
            return _whole_form(shape, asked)


def _of_each(shape: Union, asked: Asked) -> RowAnswers:
    """Buttons for every alternative; where some are without parts, those are the easier ones to give."""
    plain = [each for each in shape.alternatives if isinstance(each, Boolean | Number | OneOf | Text)]
    takes_words = any(isinstance(each, Text) for each in plain)
    found = RowAnswers()
    for each in sorted(plain or shape.alternatives, key=_order):
        if isinstance(each, OneOf) and takes_words:  # any other text is words, and not a no
            found = found | _answers(replace(each, exhaustive=True), asked)
        else:
            found = found | _answers(each, asked)
    remarks = any(isinstance(each, Text) and each.remark for each in plain)
    return found | rejected_with_words() if remarks and APPROVE in found.answers else found


def _order(shape: AnswerShape) -> int:
    """Where truth is tested, false is the only no; and an option is named before any other words."""
    return 0 if isinstance(shape, Boolean) else 2 if isinstance(shape, Text | Number) else 1


def _edited_text(shape: Object | Tuple, asked: Asked) -> RowAnswers | None:
    """The text that the payload has, as the only text that the code reads."""
    if asked.text is None or isinstance(shape, Tuple):
        return None
    texts = [key.name for key in shape.keys if takes(key.shape, "text")]
    whole = {texts[0]: asked.text} if len(texts) == 1 else {}
    if not whole or not takes(shape, whole):
        return None
    return RowAnswers(
        answers={
            APPROVE: fixed(whole),
            EDIT: AnswerTemplate(value=whole, slot=(texts[0],), when_empty=""),
        },
        forms={EDIT: edit_text_form(texts[0], asked.text)},
    )


def _whole_form(shape: AnswerShape, asked: Asked) -> RowAnswers:
    form = shape_form(shape, asked.value if isinstance(asked.value, dict) else UNSET)
    answers, forms = {RESPOND: WHOLE_ANSWER}, {RESPOND: form}
    if form.base is not UNSET:
        answers[EDIT], forms[EDIT] = WHOLE_ANSWER, form
    return RowAnswers(answers=answers, forms=forms)
