"""Size limit of questions: one too large to read on a card cannot be approved, and costs no time.

A larger one is stored shortened, under a key of its own. It can only be rejected or answered. Its digest
still covers all of it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.dialects import anything_else
from countersign.interrupts.forms.form import Form
from countersign.interrupts.json_values.unset import UNSET
from countersign.interrupts.review_request import Part, ReviewRequest, ReviewRow

TOO_LARGE_KEY = "countersign_too_large"
_LARGEST = 2_000_000  # of what `_size` counts: about a megabyte and a half of English
_VALUE_SIZE, _FOREIGN_SIZE, _HIDDEN_SIZE = 80, 8, 80  # what each takes to be shown, in ASCII characters
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_HIDDEN = re.compile(
    r"[\u00ad\u0300-\u036f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    r"\U000e0000-\U000e0fff]"
)
_VALUES_KEPT = 500
_CHARACTERS_KEPT = 200  # of each text
_ANSWERS = {DecisionKind.REJECT, DecisionKind.RESPOND}


@dataclass(frozen=True, kw_only=True)
class Shortened:
    value: Json
    values: int  # how many there are in all
    characters: int

    @property
    def notice(self) -> str:
        return _(
            "This is too large to show ({values:,} values, {characters:,} characters), so it "
            "can't be approved. Reject it, or answer it, and have the agent ask for less at "
            "a time."
        ).format(values=self.values, characters=self.characters)


def within_limit(value: Json) -> Json:
    """The value, shortened under `TOO_LARGE_KEY` where it is too large."""
    values, characters, size = _measure(value)
    if size <= _LARGEST:
        return value
    return {TOO_LARGE_KEY: _shortened(value, _VALUES_KEPT), "values": values, "characters": characters}


def shortened(value: Json) -> Shortened | None:
    """What `within_limit` made, as it says; None for any other value."""
    if not isinstance(value, Mapping) or value.keys() != {TOO_LARGE_KEY, "values", "characters"}:
        return None
    values, characters = value["values"], value["characters"]
    if not isinstance(values, int) or not isinstance(characters, int):
        return None
    return Shortened(value=value[TOO_LARGE_KEY], values=values, characters=characters)


def without_approval(request: ReviewRequest, found: Shortened) -> ReviewRequest:
    """The request of what was shortened: nothing of it can be approved, edited or sent back as it stands."""
    first, *others = (_answerable(row) for row in request.rows)
    if request.description:
        first = replace(first, parts=(Part(label="description", value=request.description), *first.parts))
    return replace(
        request,
        description=found.notice,
        rows=(first, *others),
        plain_question=False,
        answered_by_reply=False,
    )


def _answerable(row: ReviewRow) -> ReviewRow:
    answers = {kind: answer for kind, answer in row.answers.items() if kind in _ANSWERS}
    forms = {kind: _emptied(form) for kind, form in row.forms.items() if kind in answers}
    if not answers or (DecisionKind.RESPOND in answers and DecisionKind.RESPOND not in forms):
        (any_answer,) = anything_else.parse(None, None).rows  # options, or nothing but approving
        answers = {**answers, **any_answer.answers}
        forms = {**forms, **any_answer.forms}
    return replace(row, answers=answers, forms=forms, options=(), update=None)


def _emptied(form: Form) -> Form:
    return replace(form, fields=tuple(replace(each, initial=UNSET) for each in form.fields), base=UNSET)


def _measure(value: Json) -> tuple[int, int, int]:
    """How many values and characters there are, and what they take to be shown."""
    values = characters = size = 0
    todo: list[Json] = [value]
    while todo:
        item = todo.pop()
        values += 1
        for text in _texts(item):
            characters += len(text)
            size += len(text) if text.isascii() else _text_size(text)
        if isinstance(item, Mapping):
            todo.extend(item.values())
        elif isinstance(item, list | tuple):
            todo.extend(item)
    return values, characters, size + values * _VALUE_SIZE


def _texts(item: Json) -> Iterator[str]:
    if isinstance(item, str):
        yield item
    elif isinstance(item, Mapping):
        yield from item


def _text_size(text: str) -> int:
    foreign, hidden = len(_FOREIGN.findall(text)), len(_HIDDEN.findall(text))
    return len(text) + foreign * _FOREIGN_SIZE + hidden * _HIDDEN_SIZE


def _shortened(value: Json, room: int) -> Json:
    """At most so many values, shared out among the items of each list and object."""
    if isinstance(value, str):
        return _shortened_text(value)
    if isinstance(value, Mapping) and value:
        kept = list(value.items())[:room]
        each = (room - len(kept)) // max(len(kept), 1)
        found: dict[str, Json] = {_shortened_text(key): _shortened(item, each) for key, item in kept}
        return found if len(kept) == len(value) else {**found, "…": f"{len(value) - len(kept):,} more"}
    if isinstance(value, list | tuple) and value:
        items = list(value)[:room]
        each = (room - len(items)) // max(len(items), 1)
        some = [_shortened(item, each) for item in items]
        return some if len(some) == len(value) else [*some, f"… {len(value) - len(some):,} more"]
    return value


def _shortened_text(text: str) -> str:
    left = len(text) - _CHARACTERS_KEPT
    return (
        text
        if left <= 0
        else _("{text}… {left:,} more characters").format(text=text[:_CHARACTERS_KEPT], left=left)
    )
