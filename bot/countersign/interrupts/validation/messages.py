"""Validation messages: the schema errors of a value, in words for the person at the form."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import jsonschema

from countersign.i18n import N_, TextList, _
from countersign.interrupts.display.visible_text import single_line
from countersign.interrupts.json_values import pointer
from countersign.interrupts.validation.formats import DECIMAL_FORMAT

REQUIRED = N_("Please fill this in.")
NO_JSON = N_("This is not valid JSON.")
FITS_NONE = N_("This fits none of the allowed forms.")
MAX_LENGTH = 300  # characters of one text
_MAX_VALUES = 50  # of an enum that are named

_TYPES = {
    "string": N_("text"),
    "integer": N_("a whole number"),
    "number": N_("a number"),
    "boolean": N_("true or false"),
    "array": N_("a list"),
    "object": N_("an object"),
    "null": "null",
}

_FORMATS = {
    "date": N_("This is not a valid date."),
    "time": N_("This is not a valid time."),
    "date-time": N_("This is not a valid date and time."),
    "email": N_("This is not a valid email address."),
    "uri": N_("This is not a valid link."),
    "uuid": N_("This is not a valid UUID."),
    DECIMAL_FORMAT: N_("This is not a valid number."),
}

_WORDS = {
    "minimum": N_("This should be at least {}."),
    "maximum": N_("This should be at most {}."),
    "exclusiveMinimum": N_("This should be more than {}."),
    "exclusiveMaximum": N_("This should be less than {}."),
    "multipleOf": N_("This should be a multiple of {}."),
    "minLength": N_("This should have at least {} characters."),
    "maxLength": N_("This should have at most {} characters."),
    "minItems": N_("This needs at least {} entries."),
    "maxItems": N_("This may have at most {} entries."),
    "uniqueItems": N_("The entries should differ from each other."),
    "pattern": N_("This does not match the pattern {}"),
    "additionalProperties": N_("This has a field that is not known here."),
    "unevaluatedProperties": N_("This has a field that is not known here."),
    "anyOf": FITS_NONE,
    "oneOf": FITS_NONE,
}


def validation_messages(error: jsonschema.ValidationError) -> Iterable[tuple[str, str]]:
    """Pointers and texts; of a union, what is wrong in the branch that was meant, if that can be told."""
    place = tuple(error.absolute_path)
    if error.validator == "required" and isinstance(error.instance, Mapping):
        names: Any = error.validator_value
        for name in names:
            if name not in error.instance:
                yield pointer.join((*place, name)), _(REQUIRED)
        return
    if error.validator in {"anyOf", "oneOf"} and error.context:
        branch = _meant(error.context)
        if branch:
            for inner in branch:
                yield from validation_messages(inner)
            return
    text = single_line(_words(error))
    yield pointer.join(place), text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 1] + "…"


def _meant(errors: Iterable[jsonschema.ValidationError]) -> list[jsonschema.ValidationError]:
    """The only branch of the right type whose constants fit; its errors are the ones worth telling."""
    branches: dict[object, list[jsonschema.ValidationError]] = {}
    for error in errors:
        branches.setdefault(error.relative_schema_path[0], []).append(error)
    meant = [found for found in branches.values() if not any(_of_another(error) for error in found)]
    return meant[0] if len(meant) == 1 else []


def _of_another(error: jsonschema.ValidationError) -> bool:
    return error.validator in {"const", "enum"} or (error.validator == "type" and not error.relative_path)


def _words(error: jsonschema.ValidationError) -> str:
    limit: Any = error.validator_value
    match error.validator:
        case "type":
            names = [limit] if isinstance(limit, str) else list(limit)
            known = [_(_TYPES[name]) if name in _TYPES else str(name) for name in names]
            return _("This should be {kinds}.").format(kinds=TextList(tuple(known), any_of=True))
        case "enum":
            values = ", ".join(json.dumps(item, ensure_ascii=False) for item in limit[:_MAX_VALUES])
            return _("This should be one of: {values}").format(values=values)
        case "const":
            return _("This should be {value}.").format(value=json.dumps(limit, ensure_ascii=False))
        case "format" if limit in _FORMATS:
            return _(_FORMATS[limit])
        case rule:
            if rule in _WORDS:
                return _(_WORDS[rule]).format(limit)
            return _("This breaks the rule `{rule}`.").format(rule=rule)
