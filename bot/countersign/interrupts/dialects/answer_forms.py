"""The forms that several dialects share, and how the text of an answer is read from a decision."""

from countersign.approvals.decision import Decision
from countersign.approvals.json import Json
from countersign.interrupts import pointer
from countersign.interrupts.display.invisible_characters import has_invisible
from countersign.interrupts.forms.field import Field, FieldKind
from countersign.interrupts.forms.form import Form
from countersign.interrupts.validation.schema import compile_schema


def reason_form(*, told_to_graph: bool = True, hint: str | None = None) -> Form:
    """The optional reason of a rejection."""
    if not told_to_graph:
        hint = "Kept with the decision. This graph takes no reason, so it is not told."
    return Form(fields=(Field(pointer=pointer.MESSAGE, label="Reason", kind=FieldKind.MULTILINE, hint=hint),))


def message_form(label: str, hint: str | None = None) -> Form:
    """A required text that is sent as the decision's message."""
    return Form(
        fields=(
            Field(pointer=pointer.MESSAGE, label=label, kind=FieldKind.MULTILINE, hint=hint, required=True),
        )
    )


def text_form(label: str, initial: str | None = None) -> Form:
    """One text that is the whole answer: a new text, which may not be empty, or an edit of `initial`."""
    if initial is None:
        asked = Field(pointer=pointer.ROOT, label=label, kind=FieldKind.MULTILINE, required=True)
        return Form(fields=(asked,), schema=compile_schema({"type": "string", "minLength": 1}))
    kind = FieldKind.JSON if has_invisible(initial) else FieldKind.MULTILINE
    edited = Field(pointer=pointer.ROOT, label=label, kind=kind, initial=initial, when_empty="")
    return Form(fields=(edited,), base=initial, schema=compile_schema({"type": "string"}))


def answer_value(decision: Decision) -> Json:
    """The value that was typed into a form, or the message of a plain reply."""
    return decision.message if decision.value is None and decision.message is not None else decision.value


def answer_text(decision: Decision) -> str:
    """The text of a decision, from its value or its message."""
    return decision.value if isinstance(decision.value, str) else decision.message or ""
