"""Infers the kind of a field from its schema or its value. The fallback is JSON."""

from collections.abc import Sequence
from datetime import date, datetime, time

from countersign.approvals.json import Json
from countersign.interrupts.display.visible_text import has_invisible
from countersign.interrupts.forms.field import OPTION_LIMIT, FieldKind, Option
from countersign.interrupts.forms.options import enum_options
from countersign.interrupts.json_values.equality import json_equal, json_key
from countersign.interrupts.json_values.unset import UNSET, JsonOrUnset
from countersign.interrupts.validation.formats import DECIMAL_FORMAT, is_decimal, is_email, is_uri
from countersign.interrupts.validation.subschema import Subschema

ONE_LINE = 150  # characters; a longer text is edited in an input of several lines
_FORMATS = {
    "date": FieldKind.DATE,
    "time": FieldKind.TIME,
    "date-time": FieldKind.DATETIME,
    "email": FieldKind.EMAIL,
    "uri": FieldKind.URL,
    "url": FieldKind.URL,
    "iri": FieldKind.URL,
    DECIMAL_FORMAT: FieldKind.DECIMAL,
}
_SCALARS = {"string": FieldKind.TEXT, "integer": FieldKind.INTEGER, "number": FieldKind.NUMBER}


def kind_from_schema(spec: Subschema, value: JsonOrUnset) -> FieldKind:
    """The kind the schema asks for, if the value that stands there can be shown in it without loss."""
    kind = _wanted(spec)
    if kind is FieldKind.TEXT and _is_long(spec.keywords.get("maxLength")):
        kind = FieldKind.MULTILINE
    if value is UNSET or (value is None and spec.nullable):
        return kind
    options = options_of(spec)
    if options:
        return kind if _among(options, value, kind) else FieldKind.JSON
    if fits(kind, value):
        return kind
    by_shape = kind_from_value(value)
    return by_shape if spec.type == "string" and isinstance(value, str) else FieldKind.JSON


def _is_long(limit: object) -> bool:
    return isinstance(limit, int) and limit > ONE_LINE


def _among(options: Sequence[Option], value: Json, kind: FieldKind) -> bool:
    if kind is not FieldKind.CHOICES:
        return any(json_equal(option.value, value) for option in options)
    if not isinstance(value, list) or len(value) > len(options):
        return False
    distinct = {json_key(item) for item in value}
    return len(distinct) == len(value) and distinct <= {json_key(option.value) for option in options}


def _wanted(spec: Subschema) -> FieldKind:
    if options_of(spec):
        return FieldKind.CHOICES if spec.type == "array" else FieldKind.CHOICE
    if "enum" in spec.keywords:
        return FieldKind.JSON
    match spec.type:
        case "string":
            return _FORMATS.get(str(spec.keywords.get("format")), FieldKind.TEXT)
        case "integer":
            return FieldKind.INTEGER
        case "number":
            return FieldKind.NUMBER
        case "boolean":
            return FieldKind.BOOLEAN
        case "array" if items_of(spec) is not None:
            return FieldKind.LINES
        case _:
            return FieldKind.JSON


def items_of(spec: Subschema) -> FieldKind | None:
    """What one line of LINES holds, if the list is one of plain scalars."""
    items = spec.keywords.get("items")
    if not isinstance(items, dict) or items.keys() & {"enum", "const", "anyOf", "oneOf", "$ref", "allOf"}:
        return None
    named = items.get("type")
    return _SCALARS.get(named) if isinstance(named, str) else None


def options_of(spec: Subschema) -> tuple[Option, ...]:
    """The options of an enum, or of a list of one; none if a value has no label that people could tell."""
    keywords = spec.keywords
    items = keywords.get("items")
    if spec.type == "array" and isinstance(items, dict) and isinstance(items.get("enum"), list):
        return enum_options(items["enum"])
    if spec.type != "array" and isinstance(keywords.get("enum"), list):
        return enum_options(keywords["enum"], keywords.get("x-titles"))
    return ()


def kind_from_value(value: Json) -> FieldKind:
    match value:
        case bool():
            return FieldKind.BOOLEAN
        case int() | float():
            # A model writes 5 where the tool takes 4.5 as well; what it does not take, its own check refuses.
            return FieldKind.NUMBER
        case str():
            if has_invisible(value):
                return FieldKind.JSON
            return FieldKind.MULTILINE if "\n" in value or len(value) > ONE_LINE else FieldKind.TEXT
        case list() if value and fits(FieldKind.LINES, value) and all(isinstance(v, str) for v in value):
            return FieldKind.LINES
        case _:
            return FieldKind.JSON


def fits(kind: FieldKind, value: Json) -> bool:
    """Whether an input of this kind shows the value in full, and could give it back."""
    match kind, value:
        case FieldKind.BOOLEAN, bool():
            return True
        case ((FieldKind.INTEGER | FieldKind.NUMBER), bool()):
            return False
        case FieldKind.INTEGER, int():
            return True
        case FieldKind.NUMBER, (int() | float()):
            return True
        case FieldKind.MULTILINE, str():
            return not has_invisible(value)
        case FieldKind.TEXT, str():
            return not has_invisible(value) and "\n" not in value and len(value) <= ONE_LINE
        case FieldKind.LINES, list():
            return all(_is_line(item) for item in value)
        case (
            (FieldKind.DATE | FieldKind.TIME | FieldKind.DATETIME | FieldKind.EMAIL | FieldKind.URL),
            str(),
        ):
            return _picks(kind, value)
        case FieldKind.DECIMAL, str():
            return is_decimal(value)
        case FieldKind.JSON, _:
            return True
        case _:
            return False


def _is_line(item: Json) -> bool:
    if isinstance(item, str):
        return item.strip() == item != "" and len(item.splitlines()) == 1 and not has_invisible(item)
    return isinstance(item, int | float) and not isinstance(item, bool)


def _picks(kind: FieldKind, value: str) -> bool:
    try:
        match kind:
            case FieldKind.DATE:
                return date.fromisoformat(value).isoformat() == value
            case FieldKind.TIME:
                return time.fromisoformat(value) is not None and value[2:3] == ":" and len(value) >= 5
            case FieldKind.DATETIME:
                moment = datetime.fromisoformat(value)
                # A time without an offset is not a moment: a picker would have to guess whose clock is meant.
                return moment.tzinfo is not None and 10**9 <= moment.timestamp() < 10**10
            case FieldKind.EMAIL:
                return is_email(value) and not has_invisible(value)
            case _:
                return (
                    is_uri(value) and value.startswith(("http://", "https://")) and not has_invisible(value)
                )
    except (ValueError, OverflowError):
        return False


def too_many(options: Sequence[Option]) -> bool:
    return len(options) > OPTION_LIMIT
