"""The form for any JSON value: a text, and a choice of its kind."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from countersign.approvals.json import Json
from countersign.i18n import N_, _
from countersign.interrupts.errors import FormValidationError
from countersign.interrupts.forms.field import Field, FieldKind, Option, RawInput
from countersign.interrupts.forms.form import Form
from countersign.interrupts.forms.input_parsing import InvalidInput, read
from countersign.interrupts.json_values import pointer
from countersign.interrupts.json_values.unset import UNSET


class AnswerKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes_no"
    JSON = "json"


_LABELS = {
    AnswerKind.TEXT: N_("Text"),
    AnswerKind.NUMBER: N_("Number"),
    AnswerKind.YES_NO: N_("Yes or no"),
    AnswerKind.JSON: "JSON",
}
_READ_AS = {
    AnswerKind.TEXT: FieldKind.MULTILINE,
    AnswerKind.NUMBER: FieldKind.NUMBER,
    AnswerKind.YES_NO: FieldKind.BOOLEAN,
    AnswerKind.JSON: FieldKind.JSON,
}


@dataclass(frozen=True, kw_only=True)
class AnyAnswerForm(Form):
    """A form with the fields `/`, the answer as text, and `/as`, its kind."""

    def read(self, raw: Mapping[str, RawInput]) -> Json:
        """The answer as its kind reads it. Raises `FormValidationError`."""
        text, kind = self.fields
        if raw.keys() - {text.pointer, kind.pointer}:
            raise FormValidationError({text.pointer: _("This form has changed. Please open it again.")})
        try:
            picked = AnswerKind(str(read(kind, raw.get(kind.pointer, kind.raw))))
        except (InvalidInput, ValueError):
            raise FormValidationError({kind.pointer: _("Choose what kind of answer this is.")}) from None
        try:
            value = read(replace(text, kind=_READ_AS[picked]), raw.get(text.pointer))
        except InvalidInput as error:
            raise FormValidationError({text.pointer: str(error)}) from None
        return None if value is UNSET else value


def any_answer_form(preset: AnswerKind = AnswerKind.TEXT) -> Form:
    """`preset` is the kind that is chosen at first."""
    text = Field(
        pointer=pointer.ROOT,
        label=_("Answer"),
        kind=FieldKind.MULTILINE,
        required=True,
        hint=_("The agent gets exactly this, as the kind of answer that you choose below."),
    )
    kinds = tuple(Option(key=kind.value, label=_(_LABELS[kind]), value=kind.value) for kind in AnswerKind)
    kind = Field(
        pointer=pointer.KIND,
        label=_("Kind of answer"),
        kind=FieldKind.CHOICE,
        required=True,
        initial=preset.value,
        options=kinds,
    )
    return AnyAnswerForm(fields=(text, kind))
