"""The forms that several dialects share."""

from countersign.approvals.json import Json
from countersign.i18n import N_, _
from countersign.interrupts.display.visible_text import has_invisible
from countersign.interrupts.forms.field import Field, FieldKind
from countersign.interrupts.forms.form import Form
from countersign.interrupts.json_values import pointer
from countersign.interrupts.validation.schema import compile_schema

TOLD = N_("The agent gets this.")
_NON_EMPTY: Json = {"type": "string", "minLength": 1}


def reason_form(*, told_to_graph: bool = True, hint: str | None = None) -> Form:
    """The optional reason of a rejection."""
    if not told_to_graph:
        hint = _("Kept with the decision. The graph isn't told the reason.")
    return Form(
        fields=(Field(pointer=pointer.MESSAGE, label=_("Reason"), kind=FieldKind.MULTILINE, hint=hint),)
    )


def message_form(label: str, hint: str | None = None, *, required: bool = True) -> Form:
    """A text that is sent as the decision's message."""
    return Form(
        fields=(
            Field(
                pointer=pointer.MESSAGE, label=label, kind=FieldKind.MULTILINE, hint=hint, required=required
            ),
        )
    )


def text_form(label: str, hint: str | None = None, *, refuses_no: bool = False) -> Form:
    """One text that is the answer; it may not be empty.

    `refuses_no`: the graph may want true or false, and Python takes the text "no" for true.
    """
    field = Field(
        pointer=pointer.ROOT,
        label=label,
        kind=FieldKind.MULTILINE,
        required=True,
        hint=hint,
        refuses_no=refuses_no,
    )
    return Form(fields=(field,), schema=compile_schema(_NON_EMPTY))


def edit_text_form(label: str, initial: str) -> Form:
    """An edit of a text. A text that is there may not be emptied."""
    field = Field(
        pointer=pointer.ROOT,
        label=label,
        kind=FieldKind.JSON if has_invisible(initial) else FieldKind.MULTILINE,
        initial=initial,
        required=bool(initial),
        when_empty="",
    )
    schema: Json = _NON_EMPTY if initial else {"type": "string"}
    return Form(fields=(field,), base=initial, schema=compile_schema(schema))
