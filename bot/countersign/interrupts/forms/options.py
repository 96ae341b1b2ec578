"""Labels and keys for values to choose from: within Slack's limits, and each different from the others."""

import json
from collections.abc import Iterator, Sequence

from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.display.visible_text import single_line
from countersign.interrupts.forms.field import Field, FieldKind, Option
from countersign.interrupts.forms.form import Form
from countersign.interrupts.json_values import pointer
from countersign.interrupts.validation.schema import compile_schema

LABEL_LIMIT, KEY_LIMIT = 75, 150  # characters of a Slack option
_CUT = 60  # characters of a label that has to be cut, before its number


def enum_options(values: Sequence[Json], titles: Sequence[str | None] | None = None) -> tuple[Option, ...]:
    """The values of an enum; a key is the value itself where it can be."""
    options: list[Option] = []
    keys: set[str] = set()
    for at, (value, label) in enumerate(zip(values, _labels(values, titles), strict=True)):
        name = _text(value)
        usable = len(name) <= KEY_LIMIT and name not in keys and single_line(name) == name
        keys.add(name if usable else f"#{at + 1}")
        options.append(Option(key=name if usable else f"#{at + 1}", label=label, value=value))
    return tuple(options)


def numbered_options(values: Sequence[Json], titles: Sequence[str | None]) -> tuple[Option, ...]:
    """The values with their position, from 0, as key. The same value under the same title is there once."""
    distinct: dict[str, int] = {}
    for at, (value, title) in enumerate(zip(values, titles, strict=True)):
        distinct.setdefault(json.dumps([title, value], sort_keys=True), at)
    places = list(distinct.values())
    labels = _labels([values[at] for at in places], [titles[at] for at in places])
    return tuple(
        Option(key=str(at), label=label, value=values[at]) for at, label in zip(places, labels, strict=True)
    )


def typed_choice_form(values: Sequence[Json], titles: Sequence[str | None]) -> Form:
    """A text that has to be one of the values, or its title."""
    options = enum_options(values, titles)
    field = Field(
        pointer=pointer.ROOT,
        label=_("Answer"),
        kind=FieldKind.TEXT,
        required=True,
        hint=_("One of the {count} options of the request.").format(count=len(options)),
        options=options,
    )
    return Form(fields=(field,), schema=compile_schema({"enum": list(values)}))


def _labels(values: Sequence[Json], titles: Sequence[str | None] | None) -> Iterator[str]:
    taken: set[str] = set()
    for at, value in enumerate(values):
        title = titles[at] if titles else None
        label = single_line(title if title and title.strip() else _text(value))
        if len(label) > LABEL_LIMIT or label in taken:
            label = f"{label[:_CUT]}{'…' if len(label) > _CUT else ''} ({at + 1})"
        taken.add(label)
        yield label


def _text(value: Json) -> str:
    return value if isinstance(value, str) and value.strip() else json.dumps(value, ensure_ascii=False)
