"""The decision behind a card's button or form, by its action id or callback id."""

import re
from collections.abc import Mapping
from dataclasses import replace

from countersign.approvals.decision import Decision, DecisionKind
from countersign.i18n import N_, _
from countersign.interrupts import (
    MESSAGE,
    Field,
    FieldKind,
    Form,
    FormValidationError,
    RawInput,
    ReviewRow,
    answer_and_change,
)
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.values.references import InvalidReference
from countersign.slack.forms.modal import fit_form

REASON = "reason"  # the block of an edit's reason: no JSON Pointer, so that no argument has the same
_REASON_MISSING = N_("A reason is required here.")


def anchored(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """The pattern anchored: Bolt uses `search`, not `fullmatch`."""
    return re.compile(rf"^(?:{pattern.pattern})$")


def decision_form(row: ReviewRow, action_id: str, *, reason: bool) -> Form | None:
    """The form behind the button, as the modal shows it; None if the button decides at once.

    `reason`: this person has to give a reason for this decision.
    """
    form = _own_form(row, action_id)
    kind = card_actions.decision_kind(action_id)
    if not reason or kind is None or kind not in row.allowed or action_id == card_actions.UPDATE:
        return form
    place = _reason_place(kind)
    if _asks_for(form, place):
        assert form is not None
        fields = tuple(replace(each, required=each.required or each.pointer == place) for each in form.fields)
        return replace(form, fields=fields)
    field = Field(pointer=place, label=_("Reason"), kind=FieldKind.MULTILINE, required=True)
    return Form(fields=(field,)) if form is None else replace(form, fields=(*form.fields, field))


def decide(row: ReviewRow, action_id: str, raw: Mapping[str, RawInput] | None, *, reason: bool) -> Decision:
    """The decision of a click (`raw` is None) or of a submitted form.

    Raises `FormValidationError`, or `InvalidReference` for an id that is none of a decision.
    """
    kind = card_actions.decision_kind(action_id)
    if kind is None:
        raise InvalidReference
    if action_id == card_actions.OTHER:
        return row.answer_another_way(raw or {})
    if action_id == card_actions.UPDATE:
        return answer_and_change(row, raw or {})
    if raw is None or not reason:
        return _decide(row, kind, action_id, raw)
    place = _reason_place(kind)
    given = raw.get(place)
    text = given.strip() if isinstance(given, str) else ""
    if not text:
        raise FormValidationError({place: _(_REASON_MISSING)})
    if _asks_for(_own_form(row, action_id), place):
        return _decide(row, kind, action_id, raw)
    others = {pointer: value for pointer, value in raw.items() if pointer != place}
    return replace(_decide(row, kind, action_id, others), message=text)


def _reason_place(kind: DecisionKind) -> str:
    """The block of the reason; an edit's own fields may include one at `/message`."""
    return REASON if kind is DecisionKind.EDIT else MESSAGE


def _asks_for(form: Form | None, place: str) -> bool:
    return form is not None and any(field.pointer == place for field in form.fields)


def _decide(
    row: ReviewRow, kind: DecisionKind, action_id: str, raw: Mapping[str, RawInput] | None
) -> Decision:
    form = _own_form(row, action_id)
    shown = row if form is None else replace(row, forms={**row.forms, kind: form})
    return shown.decide(kind, None if form is None else raw)


def _own_form(row: ReviewRow, action_id: str) -> Form | None:
    if action_id == card_actions.OTHER:
        return row.other
    if action_id == card_actions.UPDATE:
        return row.update
    kind = card_actions.decision_kind(action_id)
    form = row.forms.get(kind) if kind in row.allowed else None
    return None if form is None else fit_form(form)
