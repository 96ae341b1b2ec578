"""A payload laid out for reading: labelled sections, nested values indented, pages, nothing left out."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from countersign.approvals.json import Json
from countersign.interrupts.display.invisible_characters import escape_invisible, single_line
from countersign.interrupts.review_request import Part

LONGEST_LABEL = 100  # characters
Measure = Callable[[str], int]


@dataclass(frozen=True, kw_only=True)
class Section:
    """One labelled stretch of text. `continued` says that it goes on with the section before it."""

    label: str  # one line
    text: str  # lines; safe to show as it is, once the door has escaped it for its own markup
    continued: bool = False


def sections(parts: Iterable[Part], max_chars: int, *, measure: Measure = len) -> tuple[Section, ...]:
    """Every part as one section, or several where its text is longer than `max_chars`.

    `measure` tells how long a text will be where it is shown, escapes included. Long text is parted at line
    breaks where there are any, else between words, else anywhere: all texts put together are the whole.
    """
    return tuple(section for part in parts for section in _split(part, max_chars, measure))


def pages(
    parts: Iterable[Part], max_chars: int, *, measure: Measure = len
) -> tuple[tuple[Section, ...], ...]:
    """The sections on pages of at most `max_chars` each, labels included; at least one page, maybe empty."""
    done: list[tuple[Section, ...]] = []
    page: list[Section] = []
    room = max_chars
    for part in parts:
        label = measure(_label(part))
        for section in _split(part, max(max_chars - label, 1), measure):
            needs = label + measure(section.text)
            if page and needs > room:
                done.append(tuple(page))
                page, room = [], max_chars
            page.append(section)
            room -= needs
    return (*done, tuple(page))


def text_of(value: Json) -> str:
    """One value as lines of text. A text is itself; nested values are indented, their texts barred."""
    if isinstance(value, str):
        return escape_invisible(value) if "\n" in escape_invisible(value).strip() else _scalar(value)
    return "\n".join(_lines(value))


def _lines(value: Json) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _labelled(f"{single_line(key) or '(no name)'}:", item)
    elif isinstance(value, list) and value:
        for item in value:
            yield from _labelled("-", item)
    else:
        yield _scalar(value)


def _labelled(label: str, value: Json) -> Iterator[str]:
    """A bar before each line of a nested text, so that no text can pass for a key beside it."""
    if isinstance(value, str) and "\n" in escape_invisible(value):
        yield label
        yield from ("  │ " + line for line in escape_invisible(value).split("\n"))
    elif isinstance(value, dict | list) and value:
        yield label
        yield from ("  " + line for line in _lines(value))
    else:
        yield f"{label} {_scalar(value)}"


def _scalar(value: Json) -> str:
    """Quotes tell the text "5" from the number, and show blanks at either end."""
    if not isinstance(value, str):
        return json.dumps(value)
    text = escape_invisible(value)
    return text if text.strip() == text and text and not _looks_typed(text) else f'"{text}"'


def _looks_typed(text: str) -> bool:
    try:
        return not isinstance(json.loads(text), str)
    except (ValueError, RecursionError):
        return False


def _split(part: Part, max_chars: int, measure: Measure) -> Iterator[Section]:
    label, text, first = _label(part), text_of(part.value), True
    if label != single_line(part.label):
        text = f"{single_line(part.label)}:\n{text}"
    while text or first:
        taken = _fitting(text, max_chars, measure)
        yield Section(label=label, text=text[:taken], continued=not first)
        text, first = text[taken:], False


def _label(part: Part) -> str:
    """A key may be as long as any text; then it stands in full in the section itself."""
    label = single_line(part.label)
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


def _fitting(text: str, max_chars: int, measure: Measure) -> int:
    """How many characters fit, at least one; cut behind a line break or blank of the second half."""
    taken = min(len(text), max_chars)
    while taken > 1 and (size := measure(text[:taken])) > max_chars:
        taken = max(1, min(taken - 1, taken * max_chars // size))
    if taken == len(text):
        return taken
    for mark in ("\n", " "):
        cut = text.rfind(mark, taken // 2, taken) + 1
        if cut:
            return cut
    return max(taken, 1)
