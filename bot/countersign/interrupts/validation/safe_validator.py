"""JSON Schema's rules within a time limit: the schema comes from strangers, and the value from a model.

Python's own `re` never ends on a pattern such as (a|aa)+$, any validator does over references that
double at every level, and comparing each item of a list with each other takes minutes. All of it would block
the process; here it ends with `ValidationTimeout`, or takes linear time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import jsonschema
import regex
from jsonschema.protocols import Validator

from countersign.interrupts.json_values.equality import json_key
from countersign.interrupts.validation.deadline import ValidationTimeout, check_time, time_left
from countersign.interrupts.validation.pattern_cost import can_be_compiled

PATTERN_SECONDS = 0.2  # what one pattern may take on one text
_MAX_NAME_LENGTH = 20  # characters that even the worst pattern goes through in no time

Rule = Callable[[Any, Any, Any, Any], Iterable[jsonschema.ValidationError] | None]


@cache
def safe_validator(kind: type[Validator], *, named_by_pattern: bool) -> type[Validator]:
    """The same validator with its rules limited in time; to be used inside `time_limit` alone.

    `named_by_pattern`: its schema has patternProperties, which the rule for unevaluated ones finds with `re`.
    """
    rules = {**kind.VALIDATORS, **{word: rule for word, rule in _RULES.items() if word in kind.VALIDATORS}}
    if named_by_pattern and (rule := rules.get("unevaluatedProperties")):
        rules["unevaluatedProperties"] = _for_short_names(rule)
    timed = {word: _timed(rule) for word, rule in rules.items()}
    made: type[Validator] = jsonschema.validators.extend(kind, timed)  # type: ignore[no-untyped-call]
    return made


class _Values(list[Any]):
    """The values of an `enum`, with a key for each: a long one is compared with many values."""

    def __init__(self, values: list[Any]) -> None:
        super().__init__(values)
        self.keys = frozenset(map(json_key, values))  # once per schema


def prepared(document: Any) -> Any:
    """A copy without `$schema` inside, where jsonschema would go on with a validator of its own."""
    if isinstance(document, list):
        return [prepared(item) for item in document]
    if not isinstance(document, dict):
        return document
    return {
        word: _prepared_word(word, item)
        for word, item in document.items()
        if word != "$schema" or not isinstance(item, str)
    }


def _prepared_word(word: str, item: Any) -> Any:
    if word == "enum":
        return _Values(item) if isinstance(item, list) else item
    return item if word == "const" else prepared(item)


def _timed(rule: Rule) -> Rule:
    def timed(validator: Any, limit: Any, value: Any, schema: Any) -> Any:
        check_time()
        return rule(validator, limit, value, schema)

    return timed


def _matches(pattern: str, text: str) -> bool:
    left = min(PATTERN_SECONDS, time_left())
    if left <= 0 or not can_be_compiled(pattern):
        raise ValidationTimeout
    try:
        return regex.search(pattern, text, timeout=left, concurrent=True) is not None
    except TimeoutError:
        raise ValidationTimeout from None


def _pattern(validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    if validator.is_type(value, "string") and not _matches(pattern, value):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


def _enum(_validator: Any, values: Any, value: Any, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    keys = values.keys if isinstance(values, _Values) else _keys(values)
    if json_key(value) not in keys:
        yield jsonschema.ValidationError(f"{value!r} is not one of the values")


def _required(validator: Any, names: Any, value: Any, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    """One error for all that is missing; the messages name each of them."""
    if validator.is_type(value, "object") and any(name not in value for name in names):
        yield jsonschema.ValidationError("a required property is missing")


def _unique_items(
    validator: Any, wanted: Any, value: Any, _schema: Any
) -> Iterator[jsonschema.ValidationError]:
    if wanted and validator.is_type(value, "array") and len(_keys(value)) < len(value):
        yield jsonschema.ValidationError("the items are not unique")


def _keys(items: Sequence[Any]) -> set[str]:
    keys = set()
    for item in items:
        check_time()
        keys.add(json_key(item))
    return keys


def _pattern_properties(
    validator: Any, patterns: Mapping[str, Any], value: Any, _schema: Any
) -> Iterator[jsonschema.ValidationError]:
    for pattern, inner in patterns.items():
        for name in value if validator.is_type(value, "object") else ():
            if _matches(pattern, name):
                yield from validator.descend(value[name], inner, path=name, schema_path=pattern)


def _additional_properties(
    validator: Any, inner: Any, value: Any, schema: Any
) -> Iterator[jsonschema.ValidationError]:
    if not validator.is_type(value, "object"):
        return
    named, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    more = [name for name in value if name not in named and not any(_matches(p, name) for p in patterns)]
    if validator.is_type(inner, "object"):
        for name in more:
            yield from validator.descend(value[name], inner, path=name)
    elif not inner and more:
        yield jsonschema.ValidationError(f"not known: {', '.join(sorted(more))}")


def _for_short_names(rule: Rule) -> Rule:
    def guarded(validator: Any, limit: Any, value: Any, schema: Any) -> Any:
        if validator.is_type(value, "object") and any(len(name) > _MAX_NAME_LENGTH for name in value):
            raise ValidationTimeout
        return rule(validator, limit, value, schema)

    return guarded


_RULES: dict[str, Rule] = {
    "enum": _enum,
    "required": _required,
    "uniqueItems": _unique_items,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
}
