"""JSON Schema, for judging answers: compiled once, resolved locally only, its findings in plain words."""

import json
from functools import lru_cache

import jsonschema
import regex
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.exceptions import Unresolvable

from countersign.approvals.json import Json
from countersign.interrupts import pointer
from countersign.interrupts.validation.formats import FORMATS, OF_SCHEMAS
from countersign.interrupts.validation.messages import validation_messages
from countersign.interrupts.validation.safe_validator import (
    ValidationTimeout,
    safe_validator,
    time_limit,
    without_nested_dialects,
)

TIMED_OUT = "This takes too long to check against its schema, so it is not sent."
_BROKEN = (  # what the validator runs into where the schema of a large document is no schema after all
    jsonschema.exceptions.SchemaError,
    jsonschema.exceptions.UnknownType,
    regex.error,
    Unresolvable,
    RecursionError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
LARGEST = 5_000  # nodes of a schema from which a form is made; a larger one still judges answers


class Schema:
    """One JSON Schema. `usable` is false when it is not valid JSON Schema, and then it judges nothing."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.large = _size(document) > LARGEST
        self._validator = _validator(document, check=not self.large)
        self.usable = self._validator is not None

    def errors(self, value: Json) -> dict[str, str]:
        """Texts for a person by the pointer of the place they are about; empty if the value fits."""
        if self._validator is None:
            return {}
        found: dict[str, str] = {}
        try:
            with time_limit():
                for error in self._validator.iter_errors(value):
                    for place, text in validation_messages(error):
                        found.setdefault(place, text)
        except ValidationTimeout:
            return {**found, pointer.ROOT: TIMED_OUT}
        except _BROKEN:
            return found  # such as a reference that leads nowhere: what could be judged was judged
        return found


def compile_schema(document: Json) -> Schema:
    """The schema, compiled once per document: cards of one tool come in many."""
    return _compiled(json.dumps(document, sort_keys=True))


@lru_cache(maxsize=512)
def _compiled(text: str) -> Schema:
    return Schema(json.loads(text))


def _validator(document: Json, *, check: bool) -> Validator | None:
    if not isinstance(document, dict):
        return None
    kind = jsonschema.validators.validator_for(document, default=jsonschema.Draft202012Validator)
    try:
        if check:
            kind.check_schema(document, format_checker=OF_SCHEMAS)  # type: ignore[call-arg]
        named_by_pattern = "patternProperties" in json.dumps(document)
        made = safe_validator(kind, named_by_pattern=named_by_pattern)
        # An empty registry: jsonschema's own default would fetch a remote $ref over the network.
        validator: Validator = made(
            without_nested_dialects(document), registry=Registry(), format_checker=FORMATS
        )
        with time_limit():
            next(iter(validator.iter_errors({})), None)
    except (ValidationTimeout, *_BROKEN):
        return None
    return validator


def _size(document: Json) -> int:
    count, todo = 0, [document]
    while todo and count <= LARGEST:
        item = todo.pop()
        count += 1
        if isinstance(item, dict):
            todo.extend(item.values())
        elif isinstance(item, list):
            todo.extend(item)
    return count
