"""The language of scripts: one line is one act or one expectation.

It is the table `FORMS`. In it, words in capitals are places to fill, and what is in brackets may be left out.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

FORMS: Mapping[str, tuple[str, ...]] = {
    "mentions": ("PERSON mentions TEXT [in CHANNEL]",),
    "says_in": ("PERSON says TEXT in CHANNEL",),
    "messages": ("PERSON messages TEXT",),
    "replies": ("PERSON replies TEXT",),
    "runs": ("PERSON runs TEXT [in CHANNEL]",),
    "goes_to": ("go to thread TEXT",),
    "approves": ("PERSON approves [row ROW] [on card CARD]",),
    "approves_rest": ("PERSON approves the rest [on card CARD]",),
    "rejects": ("PERSON rejects [TEXT] [row ROW] [on card CARD]",),
    "edits": ("PERSON edits FIELDS [row ROW] [on card CARD]",),
    "responds": ("PERSON responds TEXT [row ROW] [on card CARD]",),
    "answers": ("PERSON answers TEXT [on card CARD]", "PERSON answers FIELDS [on card CARD]"),
    "presses": ("PERSON presses TEXT [on card CARD]",),
    "submits": ("PERSON submits [FIELDS]",),
    "closes": ("PERSON closes the form",),
    "opens_home": ("PERSON opens the home tab",),
    "kills_bot": ("kill the bot",),
    "starts_bot": ("start the bot",),
    "restarts_bot": ("restart the bot",),
    "expect_thread": ("expect thread [TEXT] [in CHANNEL] [within SECONDS s]",),
    "expect_said": ("expect TEXT [in CHANNEL] [within SECONDS s]",),
    "expect_unsaid": ("expect no TEXT [in CHANNEL]",),
    "expect_card": ("expect card [TEXT] [within SECONDS s]",),
    "expect_no_card": ("expect no card [within SECONDS s]",),
    "expect_cards": ("expect NUMBER cards [within SECONDS s]",),
    "expect_button": ("expect button TEXT [within SECONDS s]",),
    "expect_no_button": ("expect no button TEXT",),
    "expect_seen": ("expect PERSON sees TEXT [within SECONDS s]",),
    "expect_error": ("expect error TEXT",),
}
"""Every act and expectation by name, each with the forms of line that say it."""

_TEXT = r'"(?:[^"\\]|\\.)*"'
_VALUE = rf'(?:{_TEXT}|\[[^\]]*\]|[^\s",\[\]]+)'
_FIELD = rf"[\w/.~-]+={_VALUE}"
_PLACES = {
    "PERSON": r"[a-z]\w*",
    "TEXT": _TEXT,
    "CHANNEL": r"#[\w-]+",
    "CARD": _TEXT,
    "NUMBER": r"\d+",
    "ROW": r"\d+",
    "SECONDS": r"\d+",
    "FIELDS": rf"{_FIELD}(?:[ \t,]+{_FIELD})*",
}

Given: TypeAlias = Mapping[str, Any]
"""What stands in a line's places, by their names in lower case."""


class NotUnderstoodError(Exception):
    """A line is none of the forms; the text names the line and the forms that are nearest."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line: its number, its text, the name of its act or expectation in `FORMS`, and what it is given."""

    number: int
    line: str
    does: str
    given: Given

    @property
    def is_expectation(self) -> bool:
        return self.does.startswith("expect_")


def read_script(text: str, source: str) -> tuple[Step, ...]:
    """The steps of a script. Empty lines and those that begin with `#` are left out.

    Raises `NotUnderstoodError`, which names `source` and the first line that is not understood.
    """
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    steps = tuple(_step(n, line, source) for n, line in lines if line and not line.startswith("#"))
    if not any(step.is_expectation for step in steps):
        raise NotUnderstoodError(f"{source} expects nothing, so it could not fail: write an expect line.")
    return steps


def _step(number: int, line: str, source: str) -> Step:
    for does, _, pattern in _PATTERNS:
        if (found := pattern.fullmatch(line)) is None:
            continue
        try:
            given = {name: _read(name, value) for name, value in found.groupdict().items() if value}
        except ValueError:
            raise NotUnderstoodError(f"{source}, line {number}: a text in {line!r} is no JSON.") from None
        return Step(number=number, line=line, does=does, given=given)
    raise NotUnderstoodError(f"{source}, line {number}: {line!r} is not understood.{_nearest(line)}")


def _nearest(line: str) -> str:
    """The forms that have a word like one of the line's first two."""
    words = re.findall(r"[a-z]+", re.sub(_TEXT, "", line))[:2]
    near = [
        form
        for _, form, _ in _PATTERNS
        if any(get_close_matches(word, re.findall(r"\b[a-z]{2,}\b", form)[:2], cutoff=0.75) for word in words)
    ]
    return "".join(f"\n  {form}" for form in ("", "It could be:", *near)) if near else ""


def _read(name: str, value: str) -> Any:
    match name:
        case "text" | "card":
            return json.loads(value, strict=False)
        case "number" | "row" | "seconds":
            return int(value)
        case "fields":
            return dict(map(_field, re.findall(_FIELD, value)))
        case _:
            return value


def _field(written: str) -> tuple[str, Any]:
    """`amount=12`: a field by its name or its JSON Pointer. A value that is no JSON is a text."""
    name, _, value = written.partition("=")
    try:
        return name, json.loads(value, strict=False)
    except ValueError:
        if value[:1] in '"[':
            raise
        return name, value


def _pattern(form: str) -> re.Pattern[str]:
    """A form as a regular expression, its places as groups of that name."""
    pattern = re.sub(r" \[([^]]+)\]", r"(?: \1)?", form).replace(" ", r"[ \t]+")
    for place, what in _PLACES.items():
        group = f"(?P<{place.lower()}>{what})".replace("\\", "\\\\")
        pattern = re.sub(rf"\b{place}\b", group, pattern)
    return re.compile(pattern, re.DOTALL)


_PATTERNS = tuple((does, form, _pattern(form)) for does, forms in FORMS.items() for form in forms)
