"""Approve, edit, reject and respond for an answer with an action at one place."""

from collections.abc import Sequence
from dataclasses import replace

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.answers.template import WHOLE_ANSWER, AnswerTemplate, fixed
from countersign.interrupts.code import Boolean, Meaning, Object, Scalar, Tuple, meaning
from countersign.interrupts.dialects.langgraph_guides.tool_call_review import REJECTED
from countersign.interrupts.dialects.requests.answer_forms import (
    TOLD,
    edit_text_form,
    message_form,
    reason_form,
)
from countersign.interrupts.dialects.requests.dialect import APPROVE, EDIT, REJECT, RESPOND
from countersign.interrupts.forms.form import Form
from countersign.interrupts.forms.form_builder import form_from_arguments, json_form
from countersign.interrupts.forms.options import numbered_options
from countersign.interrupts.json_values.unset import UNSET
from countersign.interrupts.shape_answers.action_layout import ActionLayout, Data, action_layout
from countersign.interrupts.shape_answers.compatibility import takes
from countersign.interrupts.shape_answers.row_answers import Asked, RowAnswers
from countersign.interrupts.shape_answers.shape_schema import shape_form
from countersign.interrupts.shape_answers.vocabulary import meaning_among

_CORRECT = {"correct", "is_correct", "accurate", "is_accurate"}


def action_answers(shape: Object | Tuple, asked: Asked) -> RowAnswers | None:
    """Buttons for what the answer may say to do; None if no place in it says such a thing."""
    layout = action_layout(shape)
    if layout is None:
        return None
    found = _edit(layout, asked) | _respond(layout, asked)
    if not _are_several(asked, Meaning.YES):
        found = _approve(layout, asked) | found
    if not _are_several(asked, Meaning.NO):
        found = found | _reject(layout, asked)
    return _with_the_other_options(found, layout, asked) if found.answers else None


def _are_several(asked: Asked, wanted: Meaning) -> bool:
    """Whether the payload lists several of this meaning, such as `skip` and `abort`: which is not guessed."""
    return sum(meaning(_scalar(option.value)) is wanted for option in asked.offered) > 1


def _with_the_other_options(found: RowAnswers, layout: ActionLayout, asked: Asked) -> RowAnswers:
    """A button for each option of the payload that no other button sends."""
    if RESPOND in found.forms:
        return found
    sent = {_action_of(answer.value, layout) for answer in found.answers.values()}
    sent |= {_action_of(option.value, layout) for option in found.options}
    sent |= {value for value in layout.values if EDIT in found.answers and meaning(value) is Meaning.CHANGE}
    left = [each for each in asked.offered if each.value in layout.values and each.value not in sent]
    left = [each for each in left if not any(data.needed for data in layout.data(_scalar(each.value)))]
    if not left:
        return found
    more = numbered_options(
        [layout.answer(_scalar(each.value)) for each in left], [each.label for each in left]
    )
    every = (*found.options, *more)
    options = numbered_options([each.value for each in every], [each.label for each in every])
    return replace(found, answers={**found.answers, RESPOND: WHOLE_ANSWER}, options=options)


def _action_of(answer: Json, layout: ActionLayout) -> Scalar:
    """What an answer says to do."""
    if isinstance(answer, dict) and isinstance(layout.place, str):
        return _scalar(answer.get(layout.place))
    if isinstance(answer, list) and isinstance(layout.place, int) and layout.place < len(answer):
        return _scalar(answer[layout.place])
    return None


def _scalar(value: Json) -> Scalar:
    return value if value is None or isinstance(value, bool | int | float | str) else None


def _approve(layout: ActionLayout, asked: Asked) -> RowAnswers:
    action = layout.named(Meaning.YES)
    if action is None and layout.named(Meaning.NO) is not None:
        action = layout.unnamed(Meaning.YES)
    if action is None:
        return RowAnswers()
    answer, data = layout.answer(action), layout.data(action)
    if isinstance(answer, dict):
        answer |= _from_payload(data, asked)
        if any(each.needed and each.place not in answer for each in data):
            return RowAnswers()
    return RowAnswers(answers={APPROVE: fixed(answer)})


def _from_payload(data: Sequence[Data], asked: Asked) -> dict[str, Json]:
    """What is needed, where the payload has it under the same name."""
    payload = asked.value if isinstance(asked.value, dict) else {}
    return {
        str(each.place): payload[str(each.place)]
        for each in data
        if each.needed and str(each.place) in payload and takes(each.shape, payload[str(each.place)])
    }


def _edit(layout: ActionLayout, asked: Asked) -> RowAnswers:
    """With the code's own word for a change, or else with a yes and the values that go with it."""
    action = layout.named(Meaning.CHANGE)
    if action is None:
        action = _unnamed_change(layout)
    if action is None:
        action = layout.named(Meaning.YES)
        data = [each for each in layout.data(action) if not each.is_remark] if action is not None else []
        if isinstance(layout.shape, Tuple) and not _has_something_to_edit(asked):
            data = []
        if not data and _asks_whether_it_is_correct(layout):
            action = False
            data = [each for each in layout.data(False) if not each.is_remark and _is_shown(each, asked)]
    else:
        data = layout.data(action)
        data = [each for each in data if each.needed] or [each for each in data if not each.is_remark] or data
    if action is None or not data:
        return RowAnswers()
    template = AnswerTemplate(value=layout.answer(action), slot=(data[0].place,))
    if len(data) == 1 and (form := _edit_form(data[0], asked)) is not None:
        return RowAnswers(answers={EDIT: template}, forms={EDIT: form})
    if isinstance(layout.shape, Object):
        return _edit_keys(layout, action, data, asked)
    form = json_form(_("Values"), initial=asked.args)
    return RowAnswers(answers={EDIT: template}, forms={EDIT: form}) if len(data) == 1 else RowAnswers()


def _asks_whether_it_is_correct(layout: ActionLayout) -> bool:
    """`if answer["correct"]: ... else: use(answer["name"])`: what is not correct is given again."""
    return isinstance(layout.actions, Boolean) and str(layout.place).casefold() in _CORRECT


def _is_shown(data: Data, asked: Asked) -> bool:
    payload = asked.value if isinstance(asked.value, dict) else {}
    present = payload.get(str(data.place), UNSET)
    return present is not UNSET and takes(data.shape, present)


def _unnamed_change(layout: ActionLayout) -> Scalar:
    """`if action == "approve": ... else: use(answer["draft"])`: any other word asks for the draft."""
    yes = layout.named(Meaning.YES)
    if yes is None or isinstance(layout.shape, Tuple):
        return None
    unless = [
        key for key in layout.shape.keys if (layout.place, yes) in (*key.needed_unless, *key.unread_with)
    ]
    names = {meaning(value) for value in layout.values}
    return "edit" if unless and names == {Meaning.YES} else None


def _has_something_to_edit(asked: Asked) -> bool:
    return asked.text is not None or asked.args is not UNSET


def _edit_form(data: Data, asked: Asked) -> Form | None:
    """A form over what is there now: the tool's arguments, the text, or the payload's value of that name."""
    payload = asked.value if isinstance(asked.value, dict) else {}
    present = payload.get(str(data.place), UNSET)
    if asked.args is not UNSET and takes(data.shape, asked.args):
        return form_from_arguments(asked.args)
    if present is UNSET and asked.text is not None and data.takes_text:
        present = asked.text
    if present is UNSET or not takes(data.shape, present):
        return None
    if isinstance(present, str):
        return edit_text_form(str(data.place), present)
    return form_from_arguments(present) if isinstance(present, dict) else None


def _edit_keys(layout: ActionLayout, action: Scalar, data: Sequence[Data], asked: Asked) -> RowAnswers:
    assert isinstance(layout.shape, Object)
    places = {str(each.place) for each in data}
    keys = tuple(
        replace(key, required=any(each.needed for each in data if each.place == key.name))
        for key in layout.shape.keys
        if key.name in places
    )
    present = asked.value if isinstance(asked.value, dict) else UNSET
    form = shape_form(replace(layout.shape, keys=keys), present)
    base = layout.answer(action)
    assert isinstance(base, dict)
    prefilled = form.base if isinstance(form.base, dict) else {}
    form = replace(form, base={**base, **prefilled})
    return RowAnswers(answers={EDIT: WHOLE_ANSWER}, forms={EDIT: form})


def _reject(layout: ActionLayout, asked: Asked) -> RowAnswers:
    action = layout.named(Meaning.NO)
    remark = layout.named(Meaning.REMARK)
    if action is None and remark is not None and asked.args is not UNSET:
        # As the guides' own review of tool calls does: a no is feedback to the model.
        return _with_message(layout, remark, REJECT, REJECTED)
    if action is None and layout.named(Meaning.YES) is not None:
        action = layout.unnamed(Meaning.NO, with_words=True)
    return RowAnswers() if action is None else _with_message(layout, action, REJECT, None)


def _with_message(
    layout: ActionLayout, action: Scalar, kind: DecisionKind, default: str | None
) -> RowAnswers:
    """The action, with a text where the code reads one. Nothing if it needs more than a text."""
    data = layout.data(action)
    texts = sorted(
        (each for each in data if each.takes_text), key=lambda each: (not each.needed, not each.is_remark)
    )
    if any(each.needed for each in data if each not in texts[:1]):
        return RowAnswers()
    if not texts or (kind is REJECT and not texts[0].needed and not _is_message(texts[0])):
        form = {REJECT: reason_form(told_to_graph=False)} if kind is REJECT else {}
        return RowAnswers(answers={kind: fixed(layout.answer(action))}, forms=form)
    text = texts[0]
    required = kind is RESPOND or (text.needed and default is None and not text.may_be_empty)
    is_there = isinstance(layout.shape, Tuple) or (text.needed and text.may_be_empty)
    empty = default if default is not None else text.blank if is_there else UNSET
    template = AnswerTemplate(value=layout.answer(action), slot=(text.place,), when_empty=empty)
    hint = (
        _(TOLD)
        if default is None
        else _("The agent gets this. Left empty, it gets: {text}").format(text=default)
    )
    label = _("Reason") if kind is REJECT else _("Response")
    return RowAnswers(answers={kind: template}, forms={kind: message_form(label, hint, required=required)})


def _is_message(data: Data) -> bool:
    """A place for words, and not for the values of an edit."""
    return data.is_remark or isinstance(data.place, int) or data.place in {"data", "args", "value", "text"}


def _respond(layout: ActionLayout, asked: Asked) -> RowAnswers:
    """The code's word for a remark; or a form, or an option each, for actions of any other name."""
    others = [value for value in layout.values if meaning_among(value, layout.values) is Meaning.OTHER]
    if others and not any(layout.data(value) for value in others):
        values: list[Json] = [layout.answer(value) for value in others]
        options = numbered_options(values, [str(value) for value in others])
        return RowAnswers(answers={RESPOND: WHOLE_ANSWER}, options=options)
    remark = layout.named(Meaning.REMARK)
    if remark is not None and not others:
        return _with_message(layout, remark, RESPOND, None)
    if not others:
        return RowAnswers()
    present = asked.value if isinstance(asked.value, dict) else UNSET
    return RowAnswers(answers={RESPOND: WHOLE_ANSWER}, forms={RESPOND: shape_form(layout.shape, present)})
