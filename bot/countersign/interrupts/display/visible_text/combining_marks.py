"""Combining marks that strike letters through, pile up, or stand on what they do not belong to.

The accents of any orthography stay, composed or not. https://www.unicode.org/reports/tr39/#Optional_Detection
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import regex

from countersign.interrupts.display.visible_text.scripts import scripts_of

_MARKS = regex.compile(r"(?V1)[\p{M}--[\u034f\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef]]+")
_STRIKING = regex.compile(r"[\p{ccc=1}\p{Me}]")
_KEYCAP = regex.compile(r"[0-9#*]\ufe0f\u20e3")
_BASE = regex.compile(r"[\p{L}\u25cc\u200c\u200d]")  # a joiner that is shown as it is stands after a letter
_MAX_MARKS_BY_SCRIPT = {
    "Latin": 2,
    "Cyrillic": 2,
    "Greek": 3,
}  # marks on one letter; Hebrew and Indic scripts use up to four
_MAX_MARKS = 4
_MAX_RUN_LENGTH = 32  # marks that are looked at: fewer are too many already


def mark_positions(text: str) -> Iterator[int]:
    """Where marks have to be written out, in order."""
    for run in _MARKS.finditer(text):
        start, end = run.span()
        if _KEYCAP.fullmatch(text, max(start - 2, 0), end):
            continue
        if _deceives(text[max(start - 1, 0) : start], run.group()[:_MAX_RUN_LENGTH]):
            yield from range(start, end)


@lru_cache(maxsize=8192)
def _deceives(base: str, marks: str) -> bool:
    if not _BASE.match(base) or _STRIKING.search(marks):
        return True
    scripts = scripts_of(base)
    if scripts and any(own and not own & scripts for own in map(scripts_of, marks)):
        return True
    stacked = [mark for mark in marks if unicodedata.combining(mark)]
    stacked += [mark for mark in unicodedata.normalize("NFD", base)[1:] if unicodedata.combining(mark)]
    most = max((_MAX_MARKS_BY_SCRIPT.get(script, _MAX_MARKS) for script in scripts), default=_MAX_MARKS)
    return len(stacked) > most or len(set(stacked)) < len(stacked)
