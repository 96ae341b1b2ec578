"""Parses what was typed into a field into the value it stands for."""

import json
import math
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time

from countersign.approvals.errors import CountersignError
from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.forms.field import Field, FieldKind, RawInput
from countersign.interrupts.json_values.unset import UNSET, JsonOrUnset
from countersign.interrupts.validation.formats import is_decimal
from countersign.interrupts.validation.messages import NO_JSON, REQUIRED

_INTEGER = re.compile(r"[+-]?\d{1,300}")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_UNIX = re.compile(r"-?\d{1,11}")
_STRAIGHT_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\uff02", '"'))
_WIDE_SPACE = re.compile("[\u00a0\u2007\u202f\u2009\u3000\ufeff]")
_JSON_STRING = re.compile(r'("(?:[^"\\]|\\.)*")', re.DOTALL)
_BEGINS_JSON = ("{", "[", '"', "\u201c", "\u201d", "\u201e")


_NO = frozenset(
    {
        "no",
        "n",
        "nope",
        "nah",
        "no thanks",
        "no thank you",
        "false",
        "never",
        "stop",
        "cancel",
        "abort",
        "don't",
    }
    | {
        "reject",
        "rejected",
        "deny",
        "denied",
        "decline",
        "declined",
        "disapprove",
        "disapproved",
        "not approved",
    }
)


class InvalidInput(CountersignError):
    """This is not a value that the field takes."""


def read(field: Field, raw: RawInput) -> JsonOrUnset:
    """The value; raises `InvalidInput`. An input that nobody touched gives exactly `field.initial`.

    Where that has to be JSON and is none, it is refused, too.
    """
    if field.initial is not UNSET and _untouched(field.raw, raw):
        checked = field.json_text and isinstance(field.initial, str) and field.initial
        return _json_text(checked) if checked else field.initial
    if raw is None or _nothing(raw):
        if field.required:
            raise InvalidInput(_(REQUIRED))
        return field.when_empty
    if isinstance(raw, bool):
        if field.kind is FieldKind.BOOLEAN:
            return raw
        raise InvalidInput(_("This is not a yes-or-no field."))
    if field.options:
        return _picked(field, raw)
    if not isinstance(raw, str):
        raise InvalidInput(_("One value is expected here."))
    return _READERS[field.kind](field, raw)


def _untouched(shown: RawInput, raw: RawInput) -> bool:
    """An input that holds nothing gives None, an empty text or an empty list, as its kind has it."""
    if _nothing(shown) or _nothing(raw):
        return _nothing(shown) and _nothing(raw)
    if isinstance(shown, str) and isinstance(raw, str):
        return raw.replace("\r\n", "\n") == shown.replace("\r\n", "\n")
    if isinstance(shown, list) and isinstance(raw, Sequence):
        return sorted(shown) == sorted(raw)
    return isinstance(shown, bool) and shown is raw


def _nothing(raw: RawInput) -> bool:
    return raw is None or (isinstance(raw, Sequence) and len(raw) == 0)


def _picked(field: Field, raw: str | Sequence[str]) -> Json:
    if field.kind in {FieldKind.CHOICES, FieldKind.MULTILINE}:
        keys = [line for line in raw.split("\n") if line.strip()] if isinstance(raw, str) else raw
        return [_option(field, key) for key in keys]
    if not isinstance(raw, str):
        raise InvalidInput(_("Choose one of the options."))
    return _option(field, raw)


def _option(field: Field, key: str) -> Json:
    for wanted in (key, key.strip()):
        for option in field.options:
            if wanted in {option.key, option.label}:
                return option.value
    some = ", ".join(option.label for option in field.options[:20])
    more = ", …" if len(field.options) > 20 else ""
    raise InvalidInput(_("Choose one of: {options}").format(options=f"{some}{more}"))


def _text(field: Field, raw: str) -> Json:
    if field.refuses_no and raw.strip(" .!\n").replace("\u2019", "'").casefold() in _NO:
        raise InvalidInput(
            _(
                "“{text}” could be taken for a yes, because it is a text. Use Answer another "
                "way on the card, and choose Yes or no or Text."
            ).format(text=raw.strip())
        )
    return _json_text(raw) if field.json_text else raw


def _trimmed(_field: Field, raw: str) -> Json:
    return raw.strip()


def _integer(_field: Field, raw: str) -> Json:
    text = raw.strip()
    if not _INTEGER.fullmatch(text) or not text.isascii():
        raise InvalidInput(_("This should be a whole number."))
    return int(text)


def _number(_field: Field, raw: str) -> Json:
    text = raw.strip()
    if text.isascii() and _INTEGER.fullmatch(text):
        return int(text)
    if not _NUMBER.fullmatch(text) or not text.isascii() or not math.isfinite(float(text)):
        raise InvalidInput(_("This should be a number, such as 12 or 3.5."))
    return float(text)


def _decimal(_field: Field, raw: str) -> Json:
    text = raw.strip()
    if not is_decimal(text):
        raise InvalidInput(_("This should be a number, such as 12 or 3.5."))
    return text


def _boolean(_field: Field, raw: str) -> Json:
    match raw.strip().casefold():
        case "true" | "yes" | "y":
            return True
        case "false" | "no" | "n":
            return False
        case _:
            raise InvalidInput(_("This should be yes or no."))


def _date(_field: Field, raw: str) -> Json:
    try:
        return date.fromisoformat(raw.strip()).isoformat()
    except ValueError:
        raise InvalidInput(_("This should be a date, such as 2026-11-20.")) from None


def _time(field: Field, raw: str) -> Json:
    try:
        picked = time.fromisoformat(raw.strip())
    except ValueError:
        raise InvalidInput(_("This should be a time, such as 14:30.")) from None
    if picked.tzinfo is None and isinstance(field.initial, str):
        picked = picked.replace(tzinfo=time.fromisoformat(field.initial).tzinfo)
    return picked.isoformat()


def _datetime(_field: Field, raw: str) -> Json:
    text = raw.strip()
    try:
        if _UNIX.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC).isoformat().replace("+00:00", "Z")
        datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise InvalidInput(_("This should be a date and time, such as 2026-11-20T14:30:00Z.")) from None
    return text


def _lines(field: Field, raw: str) -> Json:
    read_item = _READERS[field.items]
    return [read_item(field, line.strip()) for line in raw.split("\n") if line.strip()]


def _json(field: Field, raw: str) -> Json:
    try:
        return _loads(_json_text(raw))
    except InvalidInput:
        if field.accepts_text and not raw.lstrip().startswith(_BEGINS_JSON):
            return raw
        raise


def _json_text(raw: str) -> str:
    """JSON as it was typed, without curly quotes and non-breaking spaces, which Slack and phones put in."""
    try:
        _loads(raw)
    except (ValueError, RecursionError) as error:
        for repaired in (_with_plain_spaces(raw), _with_plain_spaces(raw.translate(_STRAIGHT_QUOTES))):
            with suppress(ValueError, RecursionError):
                _loads(repaired)
                return repaired
        if not isinstance(error, json.JSONDecodeError):
            raise InvalidInput(_(NO_JSON)) from None
        where = _("This is not valid JSON (line {line}, column {column}).")
        raise InvalidInput(where.format(line=error.lineno, column=error.colno)) from None
    return raw


def _with_plain_spaces(text: str) -> str:
    """JSON with plain spaces between its tokens; what is in a string stays as it is."""
    pieces = _JSON_STRING.split(text)
    return "".join(piece if at % 2 else _WIDE_SPACE.sub(" ", piece) for at, piece in enumerate(pieces))


def _loads(text: str) -> Json:
    value: Json = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is JSON, but no text
    return value


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    if math.isfinite(value := float(text)):
        return value
    raise ValueError(f"{text} is too large for a number")


_READERS: dict[FieldKind, Callable[[Field, str], Json]] = {
    FieldKind.TEXT: _text,
    FieldKind.MULTILINE: _text,
    FieldKind.LINES: _lines,
    FieldKind.INTEGER: _integer,
    FieldKind.NUMBER: _number,
    FieldKind.DECIMAL: _decimal,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.CHOICE: _text,
    FieldKind.CHOICES: _text,
    FieldKind.DATE: _date,
    FieldKind.TIME: _time,
    FieldKind.DATETIME: _datetime,
    FieldKind.EMAIL: _trimmed,
    FieldKind.URL: _trimmed,
    FieldKind.JSON: _json,
}
