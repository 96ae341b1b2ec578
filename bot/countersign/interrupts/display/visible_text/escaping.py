"""Applies the rules: which characters of a text are written out, and how."""

import unicodedata
from collections.abc import Iterator

from countersign.interrupts.display.visible_text.combining_marks import mark_positions
from countersign.interrupts.display.visible_text.hidden_characters import (
    LINE_BREAK_SIGN,
    hidden_positions,
    invisible_positions,
)
from countersign.interrupts.display.visible_text.normalization import (
    DECOMPOSED,
    irregular_clusters,
    is_decomposed,
)
from countersign.interrupts.display.visible_text.scripts import foreign_positions
from countersign.interrupts.display.visible_text.whitespace import count_whitespace

_WINDOWS_LINES = "⟨CRLF⟩"
_MANY = 4  # characters of one kind in a row from which on they are counted


def escape_hidden(text: str) -> str:
    """The text with its invisible characters written out, and no other change: for what an agent says."""
    hidden = set(invisible_positions(text))
    return _with_tokens(text, hidden, {}) if hidden else text


def escape_invisible(text: str) -> str:
    """The text as people may read it; only equal texts are shown alike. Not meant to be applied twice."""
    note = ""
    if "\r" in text and text.count("\r\n") == text.count("\n") == text.count("\r"):
        text, note = text.replace("\r\n", "\n"), _WINDOWS_LINES
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return count_whitespace(text) + note
    if is_decomposed(text):
        note += DECOMPOSED
    return count_whitespace(_written_out(text)) + note


def is_displayed_unchanged(text: str) -> bool:
    return escape_invisible(text) == text


def single_line(text: str) -> str:
    """For labels and titles, where a line break would let a key pass for a line of its own."""
    return escape_invisible(text).replace("\n", "⟨U+000A⟩").replace("\t", "⟨1 tab⟩")


def lines_of(text: str) -> str:
    """`escape_invisible`, with a sign for each line break at either end, which nobody would see there."""
    shown = escape_invisible(text)
    body = shown.strip("\n")
    if not body:
        return "\n".join(LINE_BREAK_SIGN * len(shown))
    before, after = len(shown) - len(shown.lstrip("\n")), len(shown) - len(shown.rstrip("\n"))
    ending = "\n".join(LINE_BREAK_SIGN * after)
    return f"{LINE_BREAK_SIGN}\n" * before + body + ending


def display_name(name: str) -> str:
    """A key on one line, in quotes if it is empty, if blanks surround it or if it begins with a quote."""
    shown = single_line(name)
    return shown if shown and shown.strip() == shown and shown[0] != "“" else quoted_name(shown)


def quoted_name(shown: str) -> str:
    """In curly quotes: a text gets straight ones, so that no text can pass for a key."""
    escaped = shown.replace("\\", "\\\\").replace("”", "\\”")
    return f"“{escaped}”"


def _written_out(text: str) -> str:
    replaced = {*hidden_positions(text), *mark_positions(text)}
    foreign = [at for at in foreign_positions(text) if at not in replaced]
    notes = {}
    for start, last in _runs(foreign):
        end = _end_of_letter(text, last, replaced)
        notes[end] = _code_points(text[start:end])
    for start, end in irregular_clusters(text):
        if replaced.isdisjoint(range(start, end)):
            notes[end] = _code_points(text[start:end])
    if not replaced and not notes:
        return text
    return _with_tokens(text, replaced, notes)


def _runs(positions: list[int]) -> Iterator[tuple[int, int]]:
    """Neighbours together: where they start, and where they end."""
    start = 0
    for at, position in enumerate(positions):
        if at + 1 == len(positions) or positions[at + 1] != position + 1:
            yield positions[start], position + 1
            start = at + 1


def _end_of_letter(text: str, end: int, replaced: set[int]) -> int:
    """Behind the marks that stand on the last letter before `end`."""
    while end < len(text) and end not in replaced and unicodedata.category(text[end])[0] == "M":
        end += 1
    return end


def _with_tokens(text: str, replaced: set[int], notes: dict[int, str]) -> str:
    pieces: list[str] = []
    done = 0
    for at in sorted({*replaced, *notes}):
        if at < done:  # counted with the characters before it
            continue
        pieces.append(text[done:at])
        done = at
        if at in notes:
            pieces.append(notes[at])
        if at in replaced:
            done = _end_of_run(text, at, replaced)
            pieces.append(_run(text[at], done - at))
    return "".join([*pieces, text[done:]])


def _end_of_run(text: str, start: int, replaced: set[int]) -> int:
    end = start + 1
    while end in replaced and text[end] == text[start]:
        end += 1
    return end


def _run(character: str, count: int) -> str:
    if count < _MANY:
        return _code_points(character) * count
    return f"⟨{count} × {_code_points(character)[1:]}"


def _code_points(text: str) -> str:
    return "⟨" + " ".join(f"U+{ord(each):04X}" for each in text) + "⟩"
