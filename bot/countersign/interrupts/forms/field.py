"""One field of a form: what it asks for, and what it is prefilled with. Knows nothing of Slack's blocks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from countersign.approvals.json import Json
from countersign.interrupts.display.format_characters import is_expected
from countersign.interrupts.display.visible_text import has_invisible
from countersign.interrupts.json_values.equality import json_equal, json_key
from countersign.interrupts.json_values.unset import UNSET, JsonOrUnset

RawInput: TypeAlias = (
    "str | bool | Sequence[str] | None"  # what an input holds; nothing typed or picked is None
)

INPUT_LIMIT = 3000  # characters that a Slack text input holds
OPTION_LIMIT = 100  # entries of a Slack select


class FieldKind(StrEnum):
    TEXT = "text"
    MULTILINE = "multiline"
    LINES = "lines"  # a list of scalars, one per line
    INTEGER = "integer"
    NUMBER = "number"
    DECIMAL = "decimal"  # a number that stays a text, so that no digit of it is lost
    BOOLEAN = "boolean"
    CHOICE = "choice"  # one of `options`
    CHOICES = "choices"  # any of `options`
    DATE = "date"  # 2026-11-20
    TIME = "time"  # 14:30
    DATETIME = "datetime"  # whole seconds since 1970, as digits, or ISO 8601
    EMAIL = "email"
    URL = "url"
    JSON = "json"  # whatever no other kind can show without loss


@dataclass(frozen=True, kw_only=True)
class Option:
    key: str  # what the input gives back: 1 to 150 characters, unique in its field
    label: str  # what people read: 1 to 75 characters
    value: Json


@dataclass(frozen=True, kw_only=True)
class Field:
    """`pointer` is where the value goes (JSON Pointer; the whole answer is `/`) and the input's block id.

    `initial` is the value that stands there now, or that the schema proposes. An emptied input means
    `when_empty`, unless the field is `required`. Bounds are hints for the input: the schema validates.
    """

    pointer: str
    label: str
    kind: FieldKind
    hint: str | None = None
    required: bool = False
    initial: JsonOrUnset = UNSET
    when_empty: JsonOrUnset = UNSET
    options: tuple[Option, ...] = ()
    items: FieldKind = FieldKind.TEXT  # of LINES: TEXT, INTEGER or NUMBER
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    accepts_text: bool = False  # of JSON: text that is not JSON is taken as a string
    json_text: bool = False  # of text: it has to be JSON, and stays a text
    refuses_no: bool = False  # of text: a bare "no" may be meant as false, so it is asked again

    @property
    def raw(self) -> RawInput:
        """What the input is prefilled with; giving it back unchanged gives back `initial`, exactly."""
        if self.initial is UNSET or self.initial is None:
            return "null" if self.initial is None and self.kind is FieldKind.JSON else None
        return _raw(self, self.initial)

    @property
    def exceeds_input(self) -> bool:
        """Whether the value is longer than an input takes. Such a field is edited by other means, or kept."""
        raw = self.raw
        return isinstance(raw, str) and len(raw.encode("utf-16-le", "surrogatepass")) // 2 > INPUT_LIMIT


def json_text(value: Json) -> str:
    """JSON to read and to edit, with every character that hides written as its escape."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    if not has_invisible(text):
        return text
    return "".join(
        json.dumps(c)[1:-1] if has_invisible(c) and not is_expected(text, at) else c
        for at, c in enumerate(text)
    )


def _raw(field: Field, value: Json) -> RawInput:
    if field.options and isinstance(value, list):
        known = {json_key(option.value): option.key for option in field.options}
        keys = [key for item in value if (key := known.get(json_key(item))) is not None]
        return keys if field.kind is FieldKind.CHOICES else "\n".join(keys)
    if field.options:
        return _key(field, value)
    match field.kind, value:
        case FieldKind.JSON, _:
            return json_text(value)
        case FieldKind.BOOLEAN, bool():
            return value
        case FieldKind.LINES, list():
            return "\n".join(str(item) if isinstance(item, str) else json.dumps(item) for item in value)
        case FieldKind.TIME, str():
            return value[:5]
        case FieldKind.DATETIME, str():
            return str(int(datetime.fromisoformat(value).timestamp()))
        case _, str():
            return value
        case FieldKind.NUMBER, float():
            return _plain_number(value)
        case _:
            return json.dumps(value)


def _plain_number(value: float) -> str:
    """Without an exponent, which number inputs do not take, where that is short enough to read."""
    text = json.dumps(value)
    plain = format(Decimal(text), "f")
    return plain if "e" in text and len(plain) <= 40 else text


def _key(field: Field, value: Json) -> str | None:
    return next((option.key for option in field.options if json_equal(option.value, value)), None)
