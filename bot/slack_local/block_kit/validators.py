"""Composable validators for Block Kit's rules; their messages have Slack's wording and JSON Pointers.

A validator checks one JSON value and adds what is wrong, with its JSON Pointer, to the problems.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

Problems: TypeAlias = list[str]
Check: TypeAlias = Callable[[Any, str, Problems], None]


def add_problem(problems: Problems, at: str, what: str) -> None:
    """Add one problem of the value at a JSON Pointer."""
    problems.append(f"{what} [json-pointer:{at}]")


def string(most: int | None = None, least: int = 1) -> Check:
    """A string of `least` to `most` characters."""

    def check(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, str):
            add_problem(problems, at, "must provide a string")
        elif most is not None and len(value) > most:
            add_problem(problems, at, f"must be less than {most + 1} characters")
        elif len(value) < least:
            add_problem(problems, at, f"must be more than {least - 1} characters")

    return check


def moment(pattern: str, what: str) -> Check:
    """A date or a time of day, as `strptime` reads it; `what` says how it is written."""

    def check(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, str):
            add_problem(problems, at, "must provide a string")
            return
        try:
            exact = datetime.strptime(value, pattern).strftime(pattern) == value  # noqa: DTZ007  # no moment
        except ValueError:
            exact = False
        if not exact:
            add_problem(problems, at, f"must be in the format {what}")

    return check


def boolean(value: Any, at: str, problems: Problems) -> None:
    """True or false."""
    if not isinstance(value, bool):
        add_problem(problems, at, "must be a boolean")


def integer(least: int, most: int | None = None) -> Check:
    """A whole number within bounds."""

    def check(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            add_problem(problems, at, "must provide an integer")
        elif value < least:
            add_problem(problems, at, f"must be greater than {least}")
        elif most is not None and value > most:
            add_problem(problems, at, f"must be less than {most}")

    return check


def choice(*values: str) -> Check:
    """One of the given words."""

    def check(value: Any, at: str, problems: Problems) -> None:
        if value not in values:
            add_problem(problems, at, "must be a valid enum value")

    return check


def anything(value: Any, at: str, problems: Problems) -> None:  # the shape of a check
    """No rule that we know of."""


def each(check: Check, *, least: int = 1, most: int | None = None) -> Check:
    """A list of `least` to `most` items that all pass."""

    def check_all(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, list):
            add_problem(problems, at, "must provide an array")
            return
        if most is not None and len(value) > most:
            add_problem(problems, at, f"no more than {most} items allowed")
        if len(value) < least:
            add_problem(problems, at, f"must provide at least {least} items")
        for number, item in enumerate(value):
            check(item, f"{at}/{number}", problems)

    return check_all


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *more: Check) -> Check:
    """An object with these fields and no others; `more` are rules over the whole, once the fields pass."""
    fields = {**(optional or {}), **required}

    def check(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            add_problem(problems, at, "must provide an object")
            return
        before = len(problems)
        for name in required:
            if name not in value:
                add_problem(problems, at, f"missing required field: {name}")
        for name, inner in value.items():
            known = fields.get(name)
            if known is None:
                add_problem(problems, at, f"invalid additional property: {name}")
            else:
                known(inner, f"{at}/{name}", problems)
        if len(problems) == before:
            for rule in more:
                rule(value, at, problems)

    return check


def by_type(types: Mapping[str, Check]) -> Check:
    """An object whose `type` names its check; any other type is unsupported here."""

    def check(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            add_problem(problems, at, "must provide an object")
        elif "type" not in value:
            add_problem(problems, at, "missing required field: type")
        elif not isinstance(value["type"], str) or value["type"] not in types:
            add_problem(problems, f"{at}/type", f"unsupported type: {value['type']}")
        else:
            types[value["type"]](value, at, problems)

    return check


def needs_one_of(*names: str) -> Check:
    """A rule over a whole object: at least one of these fields is there."""

    def check(value: Any, at: str, problems: Problems) -> None:
        if not any(name in value for name in names):
            listed = " or ".join(f"`{name}`" for name in names)
            add_problem(problems, f"{at}/type", f"must define either {listed}")

    return check


def only_one_of(*names: str) -> Check:
    """A rule over a whole object: exactly one of these fields is there."""

    def check(value: Any, at: str, problems: Problems) -> None:
        needs_one_of(*names)(value, at, problems)
        if sum(name in value for name in names) > 1:
            listed = " and ".join(f"`{name}`" for name in names)
            add_problem(problems, at, f"cannot define both {listed}")

    return check
