"""Adds "Answer and change the state" to a request whose rule allows it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.i18n import N_, _
from countersign.interrupts.errors import FormValidationError
from countersign.interrupts.forms.any_answer import AnswerKind
from countersign.interrupts.forms.field import Option, RawInput
from countersign.interrupts.forms.state_change import StateChangeForm, state_change_form
from countersign.interrupts.json_values import pointer
from countersign.interrupts.review_request import ReviewRequest, ReviewRow

_OPTION = "option:"
_GIVEN = "answer"  # the text, as the answer that the card asks for


def with_state_changes(request: ReviewRequest, state: Json) -> ReviewRequest:
    """The request with the form, if there is a state to change and one row to answer."""
    if state is None or len(request.rows) != 1:
        return request
    row = request.rows[0]
    form = state_change_form(tuple(_choices(row)), takes_any=row.other is not None, state=state)
    return replace(request, rows=(replace(row, update=form),)) if form is not None else request


def answer_and_change(row: ReviewRow, raw: Mapping[str, RawInput]) -> Decision:
    """The decision of the submitted form. Raises `FormValidationError`."""
    form = row.update
    if not isinstance(form, StateChangeForm):
        raise FormValidationError({pointer.ROOT: _("The state can't be changed here.")})
    change = form.read_change(raw)
    decision = _decision(row, change.choice, change.text)
    return replace(decision, state=change.state or None)


_CHOICES = {DecisionKind.APPROVE: N_("Approve"), DecisionKind.REJECT: N_("Reject")}


def _choices(row: ReviewRow) -> Iterator[Option]:
    for kind, label in _CHOICES.items():
        if kind in row.allowed:
            yield Option(key=kind.value, label=_(label), value=kind.value)
    for option in row.options[:50]:
        yield Option(key=_OPTION + option.key, label=option.label, value=option.key)
    form = row.forms.get(DecisionKind.RESPOND)
    if DecisionKind.RESPOND in row.allowed and form is not None and form.only_field is not None:
        yield Option(key=_GIVEN, label=_("The text below"), value=_GIVEN)


def _decision(row: ReviewRow, choice: str, text: str) -> Decision:
    if choice in {DecisionKind.APPROVE, DecisionKind.REJECT}:
        return Decision(kind=DecisionKind(choice), message=text.strip() or None)
    if choice.startswith(_OPTION):
        return row.choose(int(choice.removeprefix(_OPTION)))
    if choice == _GIVEN:
        field = row.forms[DecisionKind.RESPOND].only_field
        assert field is not None, "it is among the choices"
        try:
            return row.decide(DecisionKind.RESPOND, {field.pointer: text})
        except FormValidationError as error:
            raise FormValidationError({pointer.ROOT: " ".join(error.errors.values())}) from None
    return row.answer_another_way({pointer.ROOT: text, pointer.KIND: AnswerKind(choice).value})
