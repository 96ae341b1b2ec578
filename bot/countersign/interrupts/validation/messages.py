"""Validation messages: what a value breaks of its schema, in words for the person at the form."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import jsonschema

from countersign.interrupts import pointer
from countersign.interrupts.display.visible_text import single_line

REQUIRED = "Please fill this in."
MAX_LENGTH = 300  # characters of one text
_MAX_VALUES = 50  # of an enum that are named

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}

_WORDS = {
    "minimum": "This should be at least {}.",
    "maximum": "This should be at most {}.",
    "exclusiveMinimum": "This should be more than {}.",
    "exclusiveMaximum": "This should be less than {}.",
    "multipleOf": "This should be a multiple of {}.",
    "minLength": "This should have at least {} characters.",
    "maxLength": "This should have at most {} characters.",
    "minItems": "This needs at least {} entries.",
    "maxItems": "This may have at most {} entries.",
    "uniqueItems": "The entries should differ from each other.",
    "pattern": "This does not match the pattern {}",
    "format": "This is not a valid {}.",
    "additionalProperties": "This has a field that is not known here.",
    "unevaluatedProperties": "This has a field that is not known here.",
    "anyOf": "This fits none of the allowed forms.",
    "oneOf": "This fits none of the allowed forms.",
}


def validation_messages(error: jsonschema.ValidationError) -> Iterable[tuple[str, str]]:
    """Pointers and texts; of a union, what is wrong in the branch that was meant, if that can be told."""
    place = tuple(error.absolute_path)
    if error.validator == "required" and isinstance(error.instance, Mapping):
        names: Any = error.validator_value
        for name in names:
            if name not in error.instance:
                yield pointer.join((*place, name)), REQUIRED
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
            return "This should be " + " or ".join(_TYPES.get(name, str(name)) for name in names) + "."
        case "enum":
            return "This should be one of: " + ", ".join(
                json.dumps(item, ensure_ascii=False) for item in limit[:_MAX_VALUES]
            )
        case "const":
            return f"This should be {json.dumps(limit, ensure_ascii=False)}."
        case rule:
            return _WORDS.get(str(rule), "This breaks the rule `" + str(rule) + "`.").format(limit)
