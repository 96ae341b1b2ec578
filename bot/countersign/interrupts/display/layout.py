"""A payload laid out for reading: labelled sections, nested values indented, pages, nothing left out."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from countersign.approvals.json import Json
from countersign.interrupts.display.labels import human_label
from countersign.interrupts.display.scalars import is_typed_looking, scalar_text
from countersign.interrupts.display.visible_text import display_name, lines_of, quoted_name
from countersign.interrupts.review_request import Part

MAX_LABEL_LENGTH = 100  # characters
Measure = Callable[[str], int]
_BAR = "│"
_BULLET = "•"
_PLAIN_KEY = re.compile(rf'[^\s:"“{_BAR}{_BULLET}-][^\s:"]*(?: [^\s:"]+){{0,2}}')  # any other key is quoted
# What a line of a nested value looks like: an item, a line of a text, a key with or without its value.
_STRUCTURE = re.compile(rf" *(?:{_BULLET}(?: |$)|{_BAR}|(?:“.*”|{_PLAIN_KEY.pattern}):(?: |$))")


@dataclass(frozen=True, kw_only=True)
class Section:
    """One labelled stretch of text. `continued` says that it goes on with the section before it."""

    label: str  # one line
    text: str  # lines; safe to show once it is escaped for the output's markup
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


def text_of(value: Json, key: str = "") -> str:
    """One value as lines of text; only equal values are laid out alike, whatever the order of their keys.

    A text is itself, without quotes unless it could be read as something else. Nested values are indented.
    Money is written as such where `key` says that it is.
    """
    if not isinstance(value, str):
        return "\n".join(_lines(value, key))
    text = lines_of(value)
    if "\n" not in text:
        return _on_one_line(text, alone=True)
    lines = text.split("\n")
    return "\n".join(_barred(lines)) if all(map(_STRUCTURE.match, lines)) else text


def split_text(text: str, max_chars: int, *, measure: Measure = len) -> tuple[str, ...]:
    """A text in pieces, cut as those of `sections` are; at least one."""
    pieces: list[str] = []
    while text or not pieces:
        taken = _fitting(text, max_chars, measure)
        pieces.append(text[:taken])
        text = text[taken:]
    return tuple(pieces)


def _lines(value: Json, key: str = "") -> Iterator[str]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _labelled(f"{_key(name)}:", item, name, alone=False)
    elif isinstance(value, list) and value:
        for item in value:
            yield from _labelled(_BULLET, item, alone=True)
    else:
        yield scalar_text(value, key)


def _labelled(label: str, value: Json, key: str = "", *, alone: bool) -> Iterator[str]:
    if isinstance(value, str):
        text = lines_of(value)
        if "\n" not in text:
            yield f"{label} {_on_one_line(text, alone=alone)}"
            return
        yield label
        yield from ("  " + line for line in _barred(text.split("\n")))
    elif isinstance(value, dict | list) and value:
        first, *rest = _lines(value)
        if label == _BULLET:  # an item begins beside its bullet
            yield f"{label} {first}"
            yield from (f"  {line}" for line in rest)
        else:
            yield label
            yield from (f"  {line}" for line in (first, *rest))
    else:
        yield f"{label} {scalar_text(value, key)}"


def _barred(lines: Iterable[str]) -> Iterator[str]:
    """A bar before each line of a text, so that none can pass for a key or an item."""
    return (f"{_BAR} {line}" for line in lines)


def _key(name: str) -> str:
    label = human_label(name)
    if label.startswith("“") or _PLAIN_KEY.fullmatch(label):
        return label
    shown = display_name(name)
    return shown if _PLAIN_KEY.fullmatch(shown) else quoted_name(shown)


def _on_one_line(text: str, *, alone: bool) -> str:
    """In quotes if it can be taken for something else, such as the text "5" for the number.

    `alone`: no key stands before it.
    """
    if not text or text.strip() != text or text[0] in f'"{_BAR}' or is_typed_looking(text):
        return f'"{text}"'
    return f'"{text}"' if alone and _STRUCTURE.match(text) else text


def _split(part: Part, max_chars: int, measure: Measure) -> Iterator[Section]:
    label, text, first = _label(part), text_of(part.value, part.label), True
    if len(label) == MAX_LABEL_LENGTH:
        text = f"{display_name(part.label)}:\n{text}"
    while text or first:
        taken = _fitting(text, max_chars, measure)
        yield Section(label=label, text=text[:taken], continued=not first)
        text, first = text[taken:], False


def _label(part: Part) -> str:
    """A key may be as long as any text; then the section itself has it in full."""
    label = part.heading or human_label(part.label)
    return label if len(label) < MAX_LABEL_LENGTH else label[: MAX_LABEL_LENGTH - 1] + "…"


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
