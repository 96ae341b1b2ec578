"""The JSON Schema formats that answers are checked for, as lenient as pydantic.

pydantic takes a time without an offset where RFC 3339 does not, so a strict check would refuse what a graph
takes.
"""

from datetime import date, datetime, time
from urllib.parse import urlsplit
from uuid import UUID

import jsonschema
import regex

from countersign.interrupts.validation.pattern_cost import can_be_compiled

FORMATS = jsonschema.FormatChecker(formats=())
DECIMAL_FORMAT = "decimal"  # a number as text, exact to its last digit; no format of JSON Schema's own
OF_SCHEMAS = jsonschema.FormatChecker(formats=())  # for schemas themselves


_DECIMAL = regex.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?\s*")


def is_email(value: str) -> bool:
    name, at, host = value.rpartition("@")
    return bool(name and at and host) and not any(character.isspace() for character in value)


def is_decimal(value: str) -> bool:
    return bool(_DECIMAL.fullmatch(value))


def is_uri(value: str) -> bool:
    """Raises ValueError for some malformed hosts."""
    return bool(urlsplit(value).scheme) and not any(character.isspace() for character in value)


@FORMATS.checks("date", ValueError)
def _date(value: object) -> bool:
    return not isinstance(value, str) or date.fromisoformat(value).isoformat() == value


@FORMATS.checks("time", ValueError)
def _time(value: object) -> bool:
    return not isinstance(value, str) or bool(time.fromisoformat(value).isoformat())


@FORMATS.checks("date-time", ValueError)
def _datetime(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.fromisoformat(value).isoformat())


@FORMATS.checks("uuid", ValueError)
def _uuid(value: object) -> bool:
    return not isinstance(value, str) or bool(UUID(value).hex)


@FORMATS.checks("email")
def _email(value: object) -> bool:
    return not isinstance(value, str) or is_email(value)


@FORMATS.checks(DECIMAL_FORMAT)
def _decimal(value: object) -> bool:
    return not isinstance(value, str) or is_decimal(value)


@FORMATS.checks("uri", ValueError)
def _uri(value: object) -> bool:
    return not isinstance(value, str) or is_uri(value)


@OF_SCHEMAS.checks("regex", regex.error)
def _regex(value: object) -> bool:
    """As the answers are matched: `\\p{L}`, which pydantic takes, is no error."""
    if not isinstance(value, str):
        return True
    return can_be_compiled(value) and regex.compile(value) is not None
