"""The answers of a row while they are built from a shape: per decision, what is sent and its form."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts.answers.template import AnswerTemplate
from countersign.interrupts.dialects.requests.dialect import RESPOND
from countersign.interrupts.forms.field import Option
from countersign.interrupts.forms.form import Form
from countersign.interrupts.json_values.unset import UNSET, JsonOrUnset


@dataclass(frozen=True, kw_only=True)
class RowAnswers:
    answers: Mapping[DecisionKind, AnswerTemplate] = field(default_factory=dict)
    forms: Mapping[DecisionKind, Form] = field(default_factory=dict)
    options: tuple[Option, ...] = ()

    def __or__(self, more: "RowAnswers") -> "RowAnswers":
        """These answers, and of `more` those for other decisions.

        Options and a form for any other answer go together: both are a respond.
        """
        new = {kind: answer for kind, answer in more.answers.items() if kind not in self.answers}
        added = {*new, RESPOND} if self.options and RESPOND not in self.forms else {*new}
        forms = {kind: form for kind, form in more.forms.items() if kind in added}
        return RowAnswers(
            answers={**self.answers, **new},
            forms={**self.forms, **forms},
            options=self.options or more.options,
        )

    def in_list(self) -> "RowAnswers":
        """The same, each answer as the only item of a list."""
        return RowAnswers(
            answers={kind: _in_list(answer) for kind, answer in self.answers.items()},
            forms=self.forms,
            options=self.options,
        )


def _in_list(answer: AnswerTemplate) -> AnswerTemplate:
    slot = None if answer.slot is None else (0, *answer.slot)
    return replace(answer, value=[answer.value], slot=slot)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The parts of the payload with which a form is prefilled."""

    value: Json  # the whole payload
    text: str | None = None  # a text to edit
    args: JsonOrUnset = UNSET  # arguments of a tool call to edit
    offered: tuple[Option, ...] = ()  # what the payload lists to choose from
