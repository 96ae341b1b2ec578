"""JSON Schema's rules within a time limit: the schema comes from strangers, and the value from a model.

Python's own `re` takes for ever over a pattern such as (a|aa)+$, and any validator does over references that
double at every level. Either would stop the whole process, so both end with `ValidationTimeout` instead.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from time import monotonic
from typing import Any

import jsonschema
import regex
from jsonschema.protocols import Validator

SECONDS = 2.0  # of one judgement: Slack waits 3 for the answer to a form
PATTERN_SECONDS = 0.2  # of them, what one pattern may take on one text
LONGEST_PATTERN = 10_000  # characters; a longer one takes too long to compile, which nothing interrupts
_LONGEST_NAME = 20  # characters that even the worst pattern goes through in no time

Rule = Callable[[Any, Any, Any, Any], Iterable[jsonschema.ValidationError] | None]

_ends: ContextVar[float] = ContextVar("_ends")


class ValidationTimeout(Exception):
    """The judgement takes too long, so there is none."""


@contextmanager
def time_limit() -> Iterator[None]:
    """Validators that `bounded` made raise ValidationTimeout once this block lasts too long."""
    token = _ends.set(monotonic() + SECONDS)
    try:
        yield
    finally:
        _ends.reset(token)


@cache
def safe_validator(kind: type[Validator], *, named_by_pattern: bool) -> type[Validator]:
    """The same validator with its rules limited; to be used inside `limited` alone.

    `named_by_pattern`: it has patternProperties, which the rule for unevaluated ones looks for with `re`.
    """
    rules = {**kind.VALIDATORS, **{word: rule for word, rule in _RULES.items() if word in kind.VALIDATORS}}
    if named_by_pattern and (rule := rules.get("unevaluatedProperties")):
        rules["unevaluatedProperties"] = _for_short_names(rule)
    timed = {word: _timed(rule) for word, rule in rules.items()}
    made: type[Validator] = jsonschema.validators.extend(kind, timed)  # type: ignore[no-untyped-call]
    return made


def without_nested_dialects(document: Any) -> Any:
    """Without `$schema` inside: where one stands, jsonschema goes on with a validator of its own."""
    if isinstance(document, list):
        return [without_nested_dialects(item) for item in document]
    if not isinstance(document, dict):
        return document
    return {
        word: item if word in {"const", "enum"} else without_nested_dialects(item)
        for word, item in document.items()
        if word != "$schema" or not isinstance(item, str)
    }


def _timed(rule: Rule) -> Rule:
    def timed(validator: Any, limit: Any, value: Any, schema: Any) -> Any:
        if monotonic() > _ends.get():
            raise ValidationTimeout
        return rule(validator, limit, value, schema)

    return timed


def _matches(pattern: str, text: str) -> bool:
    left = min(PATTERN_SECONDS, _ends.get() - monotonic())
    if left <= 0 or len(pattern) > LONGEST_PATTERN:
        raise ValidationTimeout
    try:
        return regex.search(pattern, text, timeout=left) is not None
    except TimeoutError:
        raise ValidationTimeout from None


def _pattern(validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    if validator.is_type(value, "string") and not _matches(pattern, value):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


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
        if validator.is_type(value, "object") and any(len(name) > _LONGEST_NAME for name in value):
            raise ValidationTimeout
        return rule(validator, limit, value, schema)

    return guarded


_RULES: dict[str, Rule] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
}
