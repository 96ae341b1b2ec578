"""Builds review requests: titles, descriptions, parts, and a request with a single row."""

from collections.abc import Iterable, Mapping, Sequence

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.answers.template import AnswerTemplate
from countersign.interrupts.display.spoofing import spoofs_decision
from countersign.interrupts.display.visible_text import is_displayed_unchanged, single_line
from countersign.interrupts.forms.field import Option
from countersign.interrupts.forms.form import Form
from countersign.interrupts.review_request import Part, ReviewRequest, ReviewRow

TITLE_LIMIT = 150  # characters
DESCRIPTION_LIMIT = 500  # characters


def title_text(text: str) -> str:
    """Plain text on one line, within the length of a header."""
    line = single_line(text)
    return line if len(line) <= TITLE_LIMIT else line[: TITLE_LIMIT - 1] + "…"


def run_title(action: str | None) -> str:
    if action and action.strip():
        return _("Run {action}?").format(action=action)
    return _("Run this tool?")


def actions_title(count: int) -> str:
    """Of a request of several actions."""
    return _("{count} actions wait for approval").format(count=count)


def description_or_part(text: Json, label: str) -> tuple[str | None, tuple[Part, ...]]:
    """The agent's text as description if it is short and nothing in it deceives, else as a part."""
    if not isinstance(text, str):
        return None, () if text is None else (Part(label=label, value=text),)
    if not text.strip():
        return None, (Part(label=label, value=text),) if text else ()
    imitates = any(map(spoofs_decision, text[:DESCRIPTION_LIMIT].split("\n")))
    if len(text) > DESCRIPTION_LIMIT or imitates or not is_displayed_unchanged(text.strip()):
        return None, (Part(label=label, value=text),)
    return text.strip(), ()


def title_from_question(text: Json, label: str, otherwise: str) -> tuple[str, str | None, tuple[Part, ...]]:
    """Title, description and parts of a question. A question of one short line is the title."""
    description, long = description_or_part(text, label)
    if description is not None and len(description) <= TITLE_LIMIT and "\n" not in description:
        return description, None, long
    return otherwise, description, long


def parts(value: Mapping[str, Json], *, without: Iterable[str] = ()) -> tuple[Part, ...]:
    left_out = frozenset(without)
    return tuple(Part(label=key, value=item) for key, item in value.items() if key not in left_out)


def long_name_part(name: str) -> tuple[Part, ...]:
    """The tool's name as a part, if the title cannot show all of it."""
    fits = len(name) <= TITLE_LIMIT - 20 and name.strip() == name and is_displayed_unchanged(name)
    return () if fits and "\n" not in name else (Part(label="action", value=name),)


def single_row_request(
    dialect: str,
    *,
    title: str,
    description: str | None,
    parts: tuple[Part, ...],
    answers: Mapping[DecisionKind, AnswerTemplate],
    forms: Mapping[DecisionKind, Form] | None = None,
    options: Sequence[Option] = (),
    action: str | None = None,
    args: Json = None,
    plain_question: bool = False,
    answered_by_reply: bool = False,
) -> ReviewRequest:
    """A request with one row; `args` are dropped where they are no object."""
    row = ReviewRow(
        action=action,
        args=args if isinstance(args, Mapping) else {},
        parts=parts,
        answers=answers,
        forms=forms or {},
        options=tuple(options),
    )
    return ReviewRequest(
        dialect=dialect,
        title=title_text(title),
        description=description,
        rows=(row,),
        plain_question=plain_question,
        answered_by_reply=answered_by_reply,
    )
