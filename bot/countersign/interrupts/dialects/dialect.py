"""What every dialect is made of, and the pieces that several of them share."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import pointer
from countersign.interrupts.field import Field, FieldKind
from countersign.interrupts.form import Form
from countersign.interrupts.request import Part, ReviewRequest, ReviewRow
from countersign.interrupts.schema import compiled
from countersign.interrupts.visible import has_hidden, one_line

APPROVE, EDIT, REJECT, RESPOND = (
    DecisionKind.APPROVE,
    DecisionKind.EDIT,
    DecisionKind.REJECT,
    DecisionKind.RESPOND,
)
TITLE_LIMIT = 150
DESCRIPTION_LIMIT = 500


@dataclass(frozen=True)
class Dialect:
    """`read` takes the value and its response schema and gives None if the value is not of this dialect.

    `answer` takes the value and one allowed, checked decision per row and gives what resumes the graph.
    """

    name: str
    read: Callable[[Json, Json], ReviewRequest | None]
    answer: Callable[[Json, Sequence[Decision]], Json]


def title(text: str) -> str:
    """Plain text on one line, within the length of a header."""
    line = one_line(text)
    return line if len(line) <= TITLE_LIMIT else line[: TITLE_LIMIT - 1] + "…"


def run_heading(action: str | None) -> str:
    return f"Run {action}?" if action and action.strip() else "Run this tool?"


def told(text: Json, label: str) -> tuple[str | None, tuple[Part, ...]]:
    """The asker's words: beside the title if they are short and harmless, else a part that can be paged."""
    if not isinstance(text, str):
        return None, () if text is None else (Part(label=label, value=text),)
    if not text.strip():
        return None, (Part(label=label, value=text),) if text else ()
    if len(text) > DESCRIPTION_LIMIT or has_hidden(text):
        return None, (Part(label=label, value=text),)
    return text, ()


def asked(text: Json, label: str, otherwise: str) -> tuple[str, str | None, tuple[Part, ...]]:
    """Title, description and parts of a question: it is its own title if it is one short line."""
    description, long = told(text, label)
    if description is not None and len(description) <= TITLE_LIMIT and "\n" not in description.strip():
        return description.strip(), None, long
    return otherwise, description, long


def parts(value: Mapping[str, Json], *, without: Iterable[str] = ()) -> tuple[Part, ...]:
    left_out = frozenset(without)
    return tuple(Part(label=key, value=item) for key, item in value.items() if key not in left_out)


def action_part(name: str) -> tuple[Part, ...]:
    """A name too long or too odd for the title is among the parts, so that none of it is lost."""
    return (Part(label="action", value=name),) if len(name) > TITLE_LIMIT - 20 or has_hidden(name) else ()


def reason_form(*, told_to_graph: bool = True, hint: str | None = None) -> Form:
    """The optional reason of a reject."""
    if not told_to_graph:
        hint = "Kept with the decision. This graph takes no reason, so it is not told."
    return Form(fields=(Field(pointer=pointer.MESSAGE, label="Reason", kind=FieldKind.MULTILINE, hint=hint),))


def message_form(label: str, hint: str | None = None) -> Form:
    """Words that have to be there."""
    return Form(
        fields=(
            Field(pointer=pointer.MESSAGE, label=label, kind=FieldKind.MULTILINE, hint=hint, required=True),
        )
    )


def text_form(label: str, initial: str | None = None) -> Form:
    """One text that is the whole answer: a new one, which may not be empty, or an edit of one."""
    if initial is None:
        asked = Field(pointer=pointer.WHOLE, label=label, kind=FieldKind.MULTILINE, required=True)
        return Form(fields=(asked,), schema=compiled({"type": "string", "minLength": 1}))
    kind = FieldKind.JSON if has_hidden(initial) else FieldKind.MULTILINE
    edited = Field(pointer=pointer.WHOLE, label=label, kind=kind, initial=initial, when_empty="")
    return Form(fields=(edited,), base=initial, schema=compiled({"type": "string"}))


def one_row(
    dialect: str,
    *,
    heading: str,
    description: str | None,
    shown: tuple[Part, ...],
    forms: Mapping[DecisionKind, Form | None],
    action: str | None = None,
    plain_question: bool = False,
) -> ReviewRequest:
    """A request with one row; `forms` names what is allowed, with None where nothing is typed."""
    row = ReviewRow(
        action=action,
        parts=shown,
        allowed=frozenset(forms),
        forms={kind: form for kind, form in forms.items() if form is not None},
    )
    return ReviewRequest(
        dialect=dialect,
        title=title(heading),
        description=description,
        rows=(row,),
        plain_question=plain_question,
    )


def said(decision: Decision) -> Json:
    """The answer, typed in a form or, in words alone, given as a message."""
    return decision.message if decision.value is None and decision.message is not None else decision.value


def text_of(decision: Decision) -> str:
    """The words of a decision, wherever its form had them."""
    return decision.value if isinstance(decision.value, str) else decision.message or ""
