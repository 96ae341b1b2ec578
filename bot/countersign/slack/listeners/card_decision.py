"""The decision behind a card's button or form, by its action id or callback id."""

import re
from collections.abc import Mapping
from dataclasses import replace

from countersign.approvals.decision import Decision
from countersign.interrupts import Form, RawInput, ReviewRow
from countersign.slack.cards import card_actions
from countersign.slack.cards.references import InvalidReference
from countersign.slack.forms.modal import fit_form


def whole(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """For Bolt, which searches where `fullmatch` is meant."""
    return re.compile(rf"^(?:{pattern.pattern})$")


def decision_form(row: ReviewRow, action_id: str) -> Form | None:
    """The form behind the button, as the modal shows it; None if the button decides at once."""
    if action_id == card_actions.OTHER:
        return row.other
    kind = card_actions.decision_kind(action_id)
    form = row.forms.get(kind) if kind in row.allowed else None
    return None if form is None else fit_form(form)


def decide(row: ReviewRow, action_id: str, raw: Mapping[str, RawInput] | None) -> Decision:
    """The decision of a click (`raw` is None) or of a submitted form.

    Raises `FormValidationError`, or `InvalidReference` for an id that is none of a decision.
    """
    kind = card_actions.decision_kind(action_id)
    if kind is None:
        raise InvalidReference
    if action_id == card_actions.OTHER:
        return row.answer_another_way(raw or {})
    form = decision_form(row, action_id)
    shown = row if form is None else replace(row, forms={**row.forms, kind: form})
    return shown.decide(kind, None if form is None else raw)
