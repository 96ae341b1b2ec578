"""JSON Schema for validating answers: compiled once, resolved locally only, its errors in plain words."""

import json
from functools import cache, lru_cache
from itertools import islice
from typing import Any

import jsonschema
import regex
from jsonschema.protocols import Validator
from jsonschema_specifications import REGISTRY as SPECIFICATIONS
from referencing import Registry
from referencing.exceptions import Unresolvable

from countersign.approvals.json import Json
from countersign.i18n import N_, _
from countersign.interrupts.json_values import pointer
from countersign.interrupts.validation.deadline import ValidationTimeout, time_limit
from countersign.interrupts.validation.formats import FORMATS, OF_SCHEMAS
from countersign.interrupts.validation.messages import validation_messages
from countersign.interrupts.validation.safe_validator import prepared, safe_validator

TOO_DEEP = N_("This is nested too deeply to be checked against its schema, so it is not sent.")
TIMED_OUT = N_("This takes too long to check against its schema, so it is not sent.")
_BROKEN = (  # what the validator runs into where the schema of a large document is not a schema after all
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
MAX_ERRORS = 200  # of one value: nobody reads more, and a list may have an error for each of its items
MAX_DEPTH = 64  # levels of a value that are always validated
MAX_SIZE = 5_000  # nodes of a schema from which a form is made; a larger one still validates answers


class Schema:
    """One JSON Schema. `usable` is false when it is not valid JSON Schema, and then it validates nothing."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.large = _size(document) > MAX_SIZE
        self._validator = _validator(document, check=not self.large)
        self.usable = self._validator is not None
        self._last: tuple[str, dict[str, str]] | None = None

    def errors(self, value: Json) -> dict[str, str]:
        """Texts for a person by the pointer of the place they are about; empty if the value fits.

        The last result is kept: a form, its decision and the resulting answer are validated one after the
        other, and a value that runs into the time limit does so once.
        """
        if self._validator is None:
            return {}
        text = json.dumps(value)
        if self._last is None or self._last[0] != text:
            self._last = text, self._errors(self._validator, value)
        return dict(self._last[1])

    def _errors(self, validator: Validator, value: Json) -> dict[str, str]:
        found: dict[str, str] = {}
        try:
            with time_limit():
                for error in islice(validator.iter_errors(value), MAX_ERRORS):
                    for place, text in islice(validation_messages(error), MAX_ERRORS):
                        found.setdefault(place, text)
        except ValidationTimeout:
            return {**found, pointer.ROOT: _(TIMED_OUT)}
        except _BROKEN:
            # Such as a dangling reference: what could be validated was validated.
            return {**found, pointer.ROOT: _(TOO_DEEP)} if _too_deep(value) else found
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
        if check and not _is_schema(kind, document):
            return None
        with time_limit():
            validator = _judge(kind, document, registry=Registry(), format_checker=FORMATS)
            next(iter(validator.iter_errors({})), None)
    except (ValidationTimeout, *_BROKEN):
        return None
    return validator


def _is_schema(kind: type[Validator], document: Any) -> bool:
    """Whether its metaschema takes the document, or could not tell in time."""
    try:
        with time_limit():
            return next(_metavalidator(kind).iter_errors(document), None) is None
    except ValidationTimeout:
        return True


@cache
def _metavalidator(kind: type[Validator]) -> Validator:
    """What validates schemas of this kind, as `check_schema` does, but within the time limit."""
    document = kind.META_SCHEMA
    judge = jsonschema.validators.validator_for(document, default=kind)
    return _judge(judge, document, registry=SPECIFICATIONS, format_checker=OF_SCHEMAS)


def _judge(
    kind: type[Validator], document: Any, *, registry: Registry[Any], format_checker: jsonschema.FormatChecker
) -> Validator:
    """With `registry`, always: jsonschema's own default would fetch a remote $ref over the network."""
    safe = safe_validator(kind, named_by_pattern="patternProperties" in json.dumps(document))
    validator: Validator = safe(prepared(document), registry=registry, format_checker=format_checker)
    return validator


def _size(document: Json) -> int:
    count, todo = 0, [document]
    while todo and count <= MAX_SIZE:
        item = todo.pop()
        count += 1
        if isinstance(item, dict):
            todo.extend(item.values())
        elif isinstance(item, list):
            todo.extend(item)
    return count


def _too_deep(value: Json) -> bool:
    """Whether the value itself is why the validator runs out of stack."""
    level, depth = [value], 0
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [inner for item in level for inner in _children(item)]
    return depth > MAX_DEPTH


def _children(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []
