"""One part of a request as mrkdwn: a bold label, and a plain value if Slack renders it unchanged.

A value that Slack would read as markup is shown as code. Long text is a quotation, so that it cannot
pose as text of the bot.
"""

import re
from datetime import date, datetime, timedelta

from countersign.i18n import duration_in_words, short_day
from countersign.interrupts import Part, Section, spoofs_decision
from countersign.slack.block_kit.escaping import code, code_block, escape, escaped_length, truncate_escaped
from countersign.slack.block_kit.formatting import format_moment

LABEL_LIMIT = 200  # characters of a label, after escaping
_PLAIN_LABEL = re.compile(r"[\w .,/()\[\]›“”-]+")
_MARKUP = re.compile(r"`|(?<!\w)[*_~]|[*_~](?!\w)|:[\w+'-]+:|^ *(?:>|&gt;)", re.MULTILINE)
# White space that only code preserves.
_LAYOUT = re.compile(r"^[ \t]+\S", re.MULTILINE)
_LAYOUT_INSIDE = re.compile(r"\S {2,}|\t")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)")
# ISO 8601, as pydantic writes a timedelta.
_DURATION = re.compile(
    r"P(?=.)(?:(?P<days>\d{1,6})D)?(?:T(?=.)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?"
    r"(?:(?P<seconds>\d{1,9})S)?)?",
    re.ASCII,
)


def label_text(label: str) -> str:
    """`*Amount:*`, or code for a label that has characters which end bold text."""
    if not label_fits(label):
        return f"{truncate_escaped(label, LABEL_LIMIT)}:"
    return f"*{label}:*" if _PLAIN_LABEL.fullmatch(label) and label.strip() == label else f"{code(label)}:"


def label_fits(label: str) -> bool:
    return escaped_length(label) <= LABEL_LIMIT


def is_inert(text: str) -> bool:
    """Whether mrkdwn renders the escaped text unchanged."""
    return _MARKUP.search(text) is None


def is_plain_text(text: str) -> bool:
    """The same for text with significant white space."""
    return is_inert(text) and not _LAYOUT.search(text) and not _LAYOUT_INSIDE.search(text)


def line_text(part: Part, text: str) -> str:
    """A value of one line."""
    return _moment(part.value) or value_text(text)


def value_text(text: str) -> str:
    plain = is_inert(text) and "  " not in text and not spoofs_decision(text)
    return escape(text) if plain else code(text)


def section_text(part: Part, piece: Section) -> str:
    """A value of several lines, or one piece of it, below its label."""
    return f"{label_text(piece.label)}{_CONTINUED[piece.continued]}\n{_lines_text(part, piece.text)}"


_CONTINUED = {False: "", True: " _(continued)_"}


def _lines_text(part: Part, text: str) -> str:
    if not is_inert(text) or any(map(spoofs_decision, text.split("\n"))):
        return code_block(text)
    if _LAYOUT_INSIDE.search(text):
        return code_block(text)
    if not isinstance(part.value, str):  # blanks at the start of a line are set apart for mrkdwn
        inside = "\u2003" if isinstance(part.value, dict) else ""
        return "\n".join(f"{inside}{_indented(line)}" for line in text.split("\n"))
    if _LAYOUT.search(text) or not text.strip():
        return code_block(text)
    return "\n".join(f">{escape(line)}" for line in text.split("\n"))


def _indented(line: str) -> str:
    rest = line.lstrip(" ")
    return "\u2003" * ((len(line) - len(rest)) // 2) + escape(rest)


def _moment(value: object) -> str | None:
    """A date, a duration, or a moment in each reader's zone, beside how it was sent.

    A moment is long: what was sent is a line of its own, since a phone would break it at a hyphen.
    """
    if not isinstance(value, str):
        return None
    try:
        if _DATE.fullmatch(value):
            day = date.fromisoformat(value)
            return f"{code(value)} · {short_day(day)}"  # a phone breaks the line at a blank, no hyphen
        if _MOMENT.fullmatch(value):
            return f"{format_moment(datetime.fromisoformat(value))}\n{code(value)}"
        if found := _DURATION.fullmatch(value):
            length = timedelta(**{unit: float(count) for unit, count in found.groupdict().items() if count})
            return f"{duration_in_words(length)} · {code(value)}"
    except (ValueError, OverflowError):
        pass
    return None
