"""The language of scripts: one line is one statement, an action or an expectation.

It is the table `STATEMENTS`. An app's own language adds statements to it: `Language({**STATEMENTS, ...})`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

STATEMENTS: Mapping[str, tuple[str, ...]] = {
    "story": ("story TEXT",),
    "mentions": ("PERSON mentions TEXT [in CHANNEL]",),
    "says_in": ("PERSON says TEXT in CHANNEL",),
    "messages": ("PERSON messages TEXT",),
    "replies": ("PERSON replies TEXT",),
    "runs": ("PERSON runs TEXT [in CHANNEL]",),
    "goes_to": ("go to thread TEXT", "go to thread NUMBER"),
    "presses": ("PERSON presses TEXT [on card CARD]",),
    "chooses": ("PERSON chooses TEXT [on card CARD]",),
    "presses_outdated": ("PERSON presses TEXT on an outdated screen",),
    "submits": ("PERSON submits [FIELDS]",),
    "closes": ("PERSON closes the form",),
    "opens_home": ("PERSON opens the home tab",),
    "kills_bot": ("kill the bot",),
    "starts_bot": ("start the bot",),
    "restarts_bot": ("restart the bot",),
    "expect_thread": ("expect thread [TEXT] [in CHANNEL] [within SECONDS s]",),
    "expect_said": ("expect TEXT [in CHANNEL] [within SECONDS s]",),
    "expect_by_now": ("expect TEXT by now [in CHANNEL] [within SECONDS s]",),
    "expect_once": ("expect TEXT once [in CHANNEL] [within SECONDS s]",),
    "expect_unsaid": ("expect no TEXT [in CHANNEL]",),
    "expect_card": ("expect card [TEXT] [within SECONDS s]",),
    "expect_no_card": ("expect no card [within SECONDS s]",),
    "expect_cards": ("expect NUMBER cards [within SECONDS s]",),
    "expect_button": ("expect button TEXT [within SECONDS s]",),
    "expect_no_button": ("expect no button TEXT",),
    "expect_seen": ("expect PERSON sees TEXT [within SECONDS s]",),
    "expect_error": ("expect error TEXT",),
    "expect_no_violations": ("expect no violations",),
}
"""Each statement by name, with its forms: words in capitals are arguments, brackets hold what is optional."""

_TEXT = r'"(?:[^"\\]|\\.)*"'
_LIST = rf'\[(?:{_TEXT}|[^\]"])*\]'
_VALUE = rf'(?:{_TEXT}|{_LIST}|[^\s",\[\]]+)'
_FIELD = rf"(?:{_TEXT}|[\w/.~-]+)={_VALUE}"
_ARGUMENTS = {
    "PERSON": r"[a-z]\w*",
    "TEXT": _TEXT,
    "CHANNEL": r"#[\w-]+",
    "CARD": _TEXT,
    "NUMBER": r"\d+",
    "ROW": r"\d+",
    "SECONDS": r"\d+",
    "FIELDS": rf"{_FIELD}(?:[ \t,]+{_FIELD})*",
}

Arguments: TypeAlias = Mapping[str, Any]
"""A statement's arguments, by their names in lower case."""


class ScriptSyntaxError(Exception):
    """A line is not a statement; the text names the line and the statements most like it."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of a script: its number, its text, the name of its statement, and the arguments."""

    number: int
    line: str
    statement: str
    arguments: Arguments

    @property
    def is_expectation(self) -> bool:
        return self.statement.startswith("expect_")


class Language:
    """Reads scripts that consist of these statements."""

    def __init__(self, statements: Mapping[str, Sequence[str]] = STATEMENTS) -> None:
        self._forms = tuple(
            (name, form, _pattern(form)) for name, forms in statements.items() for form in forms
        )

    def read(self, text: str, source: str) -> tuple[Step, ...]:
        """The steps of a script. Empty lines and those that begin with `#` are left out.

        Raises `ScriptSyntaxError`, which names `source` and the first line that is not understood.
        """
        lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
        steps = tuple(self._step(n, line, source) for n, line in lines if line and not line.startswith("#"))
        if not any(step.is_expectation for step in steps):
            raise ScriptSyntaxError(f"{source} expects nothing, so it cannot fail: write an expect line.")
        return steps

    def _step(self, number: int, line: str, source: str) -> Step:
        for name, _, pattern in self._forms:
            if (found := pattern.fullmatch(line)) is None:
                continue
            try:
                arguments = {key: _read(key, value) for key, value in found.groupdict().items() if value}
            except ValueError:
                raise ScriptSyntaxError(f"{source}, line {number}: a text in {line!r} is no JSON.") from None
            return Step(number=number, line=line, statement=name, arguments=arguments)
        raise ScriptSyntaxError(
            f"{source}, line {number}: {line!r} is not understood.{self._suggestions(line)}"
        )

    def _suggestions(self, line: str) -> str:
        """The forms that have a word like one of the line's first two."""
        words = re.findall(r"[a-z]+", re.sub(_TEXT, "", line))[:2]
        near = [
            form
            for _, form, _ in self._forms
            if any(get_close_matches(w, re.findall(r"\b[a-z]{2,}\b", form)[:2], cutoff=0.75) for w in words)
        ]
        return "".join(f"\n  {form}" for form in ("", "It could be:", *near)) if near else ""


def quoted(text: str) -> str:
    """A text as scripts write it."""
    return json.dumps(text, ensure_ascii=False)


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
    """`amount=12`: a name, which may be quoted, and a value. A value that is not JSON is a text."""
    quoted_name = re.match(_TEXT, written)
    name, value = (quoted_name[0], written[quoted_name.end() + 1 :]) if quoted_name else written.split("=", 1)
    name = json.loads(name, strict=False) if quoted_name else name
    try:
        return name, json.loads(value, strict=False)
    except ValueError:
        if value[:1] in '"[':
            raise
        return name, value


def _pattern(form: str) -> re.Pattern[str]:
    """A form as a regular expression, its arguments as groups of that name."""
    pattern = re.sub(r" \[([^]]+)\]", r"(?: \1)?", form).replace(" ", r"[ \t]+")
    for argument, expression in _ARGUMENTS.items():
        group = f"(?P<{argument.lower()}>{expression})".replace("\\", "\\\\")
        pattern = re.sub(rf"\b{argument}\b", group, pattern)
    return re.compile(pattern, re.DOTALL)
