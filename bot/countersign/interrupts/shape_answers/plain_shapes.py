"""Answers for shapes without parts: true or false, a number, one of some values, words, a list."""

from dataclasses import replace

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.answers.template import WHOLE_ANSWER, AnswerTemplate, fixed
from countersign.interrupts.code import AnswerShape, Boolean, Meaning, Number, OneOf, Scalar, Text
from countersign.interrupts.dialects.langgraph_guides.tool_call_review import REJECTED
from countersign.interrupts.dialects.requests.answer_forms import (
    edit_text_form,
    message_form,
    reason_form,
    text_form,
)
from countersign.interrupts.dialects.requests.dialect import APPROVE, EDIT, REJECT, RESPOND
from countersign.interrupts.forms.field import Field, FieldKind
from countersign.interrupts.forms.form import Form
from countersign.interrupts.forms.options import numbered_options
from countersign.interrupts.json_values import pointer
from countersign.interrupts.json_values.unset import UNSET
from countersign.interrupts.shape_answers.compatibility import is_json
from countersign.interrupts.shape_answers.row_answers import Asked, RowAnswers
from countersign.interrupts.shape_answers.shape_schema import shape_form, shape_schema
from countersign.interrupts.shape_answers.vocabulary import first_of, meaning_among, opposite
from countersign.interrupts.validation.formats import DECIMAL_FORMAT
from countersign.interrupts.validation.schema import compile_schema

_MAX_VALUES = 50  # values of a comparison that get buttons


def plain_answers(shape: AnswerShape, asked: Asked) -> RowAnswers:
    match shape:
        case Boolean():
            return approve_or_reject(True, False)
        case Number():
            kind = FieldKind.INTEGER if shape.integer else FieldKind.NUMBER
            schema: Json = {"type": "integer" if shape.integer else "number"}
            field = Field(pointer=pointer.ROOT, label=_("Answer"), kind=kind, required=True)
            return _respond(Form(fields=(field,), schema=compile_schema(schema)))
        case OneOf():
            return _one_of(shape)
        case Text(decimal=True) if not shape.optional:
            return _respond(_decimal_form())
        case Text(json=True):
            return _json_text(shape, asked)
        case Text() if asked.text is not None:
            return RowAnswers(
                answers={APPROVE: fixed(asked.text), EDIT: AnswerTemplate(slot=(), when_empty="")},
                forms={EDIT: edit_text_form(_("Text"), asked.text)},
            )
        case Text(optional=True):
            answer = Field(pointer=pointer.ROOT, label=_("Answer"), kind=FieldKind.MULTILINE, when_empty="")
            return _respond(Form(fields=(answer,), schema=compile_schema({"type": "string"})))
        case Text():
            return _respond(text_form(_("Answer")))
        case _:
            return _respond(shape_form(shape))


def _decimal_form() -> Form:
    field = Field(pointer=pointer.ROOT, label=_("Answer"), kind=FieldKind.DECIMAL, required=True)
    return Form(fields=(field,), schema=compile_schema({"type": "string", "format": DECIMAL_FORMAT}))


def _json_text(shape: Text, asked: Asked) -> RowAnswers:
    """A text that the code parses as JSON: what is not JSON is refused at its field."""
    if asked.text is None:
        kept = None if not shape.optional else ""
        answer = Field(
            pointer=pointer.ROOT,
            label=_("Answer"),
            kind=FieldKind.MULTILINE,
            hint="JSON.",
            required=kept is None,
            when_empty=UNSET if kept is None else kept,
            json_text=True,
        )
        return _respond(Form(fields=(answer,), schema=compile_schema(shape_schema(shape))))
    form = edit_text_form(_("Text"), asked.text)
    fields = tuple(replace(each, json_text=each.kind is FieldKind.MULTILINE) for each in form.fields)
    answers = {EDIT: AnswerTemplate(slot=(), when_empty="")}
    if is_json(asked.text):  # the code would raise at anything else
        answers[APPROVE] = fixed(asked.text)
    return RowAnswers(answers=answers, forms={EDIT: replace(form, fields=fields)})


def approve_or_reject(yes: Scalar, no: Scalar) -> RowAnswers:
    """None stands for an answer without a button."""
    answers: dict[DecisionKind, AnswerTemplate] = {}
    if yes is not None:
        answers[APPROVE] = fixed(yes)
    if no is not None:
        answers[REJECT] = fixed(no)
    return RowAnswers(
        answers=answers, forms={REJECT: reason_form(told_to_graph=False)} if no is not None else {}
    )


def rejected_with_words() -> RowAnswers:
    """A no for code that takes a yes, or words that say what is wrong, and that raises at anything else."""
    hint = _("The agent gets this. Left empty, it gets: {text}").format(text=REJECTED)
    return RowAnswers(
        answers={REJECT: AnswerTemplate(slot=(), when_empty=REJECTED)},
        forms={REJECT: message_form(_("Reason"), hint, required=False)},
    )


def _one_of(shape: OneOf) -> RowAnswers:
    """Approve and Reject for a yes and a no; every value that is neither is an option."""
    values = _distinct(shape)
    yes, no = first_of(values, Meaning.YES), first_of(values, Meaning.NO)
    others = [value for value in values if meaning_among(value, values) not in (Meaning.YES, Meaning.NO)]
    if len(others) < len(values) and not shape.exhaustive:
        yes = opposite(shape, Meaning.YES) if yes is None else yes
    if (len(others) < len(values) or len(values) == 1) and not shape.exhaustive and no is None:
        no = opposite(shape, Meaning.NO)
    if not others:
        return approve_or_reject(yes, no)
    if len(others) > _MAX_VALUES:
        return _respond(shape_form(shape))
    options = RowAnswers(
        answers={RESPOND: WHOLE_ANSWER}, options=numbered_options(others, [None] * len(others))
    )
    return approve_or_reject(yes, no) | options


def _distinct(shape: OneOf) -> list[Scalar]:
    """Without the values that the code takes for one before them."""
    kept: list[Scalar] = []
    seen: set[tuple[type, object]] = set()
    for value in shape.values:
        text = value
        if isinstance(value, str):
            text = value.casefold() if shape.ignores_case else value
            text = text.strip() if shape.ignores_space else text
        if (type(value), text) not in seen:
            seen.add((type(value), text))
            kept.append(value)
    return kept


def _respond(form: Form) -> RowAnswers:
    return RowAnswers(
        answers={RESPOND: AnswerTemplate(slot=(), when_empty=_empty(form))}, forms={RESPOND: form}
    )


def _empty(form: Form) -> Json:
    only = form.only_field
    return "" if only is not None and only.when_empty == "" else None
