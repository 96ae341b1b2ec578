"""Invisible characters that are part of a script's normal spelling, and so are not written out.

Unicode calls them format characters (https://www.unicode.org/reports/tr31/#Layout_and_Format_Control_Characters).
A joiner between Persian letters, behind an Indic virama or inside an emoji changes what is seen; the same
joiner in a Latin word hides there. One that stands twice, or in an address, is never expected.
"""

import re
import unicodedata

_ZWSP, _ZWNJ, _ZWJ = "\u200b", "\u200c", "\u200d"
_DIRECTION_MARKS = "\u200e\u200f\u061c"
SOFT_HYPHEN = "\u00ad"
FORMAT_CHARACTERS = re.compile(f"[{_ZWSP}{_ZWNJ}{_ZWJ}{_DIRECTION_MARKS}{SOFT_HYPHEN}]")
"""The characters that `is_expected` decides about."""

_CURSIVE = ("ARABIC", "SYRIAC", "MANDAIC", "NKO", "MONGOLIAN", "ADLAM", "HANIFI ROHINGYA", "PHAGS-PA")
_UNSPACED = ("THAI", "LAO", "KHMER", "MYANMAR")  # a zero-width space parts their words
_VIRAMA = 9  # the canonical combining class of a sign that takes a letter's vowel away
_EMOJI_SELECTOR = "\ufe0f"
_EMOJI_ARROWS = "\u2194\u2195\u27a1"
_ADDRESS = re.compile(r"[@/\\:_=&#%<>]|\w\.\w")
_PUNCTUATION = ".,:;!?()[]{}<>\"'«»،؛؟"
_WINDOW = 64  # characters looked at on either side


def is_expected(text: str, at: int) -> bool:
    """Whether the format character at this place of the text is one that its writing needs."""
    character, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if not FORMAT_CHARACTERS.match(character):
        return False
    if FORMAT_CHARACTERS.match(before) or FORMAT_CHARACTERS.match(after):
        return False
    if character == _ZWJ and _joins_emoji(before, after):
        return True
    if _in_address(text, at):
        return False
    if character in _DIRECTION_MARKS:
        return _beside_right_to_left(text, at)
    if character == SOFT_HYPHEN:
        return before.isalpha() and after.isalpha()
    if character == _ZWSP:
        return _is_of(_UNSPACED, before) and _is_of(_UNSPACED, after)
    return _forms_letters(text, at)


def _joins_emoji(before: str, after: str) -> bool:
    if not before or not after:
        return False
    is_emoji = before == _EMOJI_SELECTOR or unicodedata.category(before) in {"So", "Sk"}
    return is_emoji and (unicodedata.category(after) == "So" or after in _EMOJI_ARROWS)


def _forms_letters(text: str, at: int) -> bool:
    """A joiner between two letters of a cursive script, or beside a virama of an Indic one."""
    before, after = _letter(text, at, -1), _letter(text, at, 1)
    if _is_of(_CURSIVE, before) and _is_of(_CURSIVE, after):
        return True
    beside = text[at - 1 : at], text[at + 1 : at + 2]
    virama = any(mark and unicodedata.combining(mark) == _VIRAMA for mark in beside)
    return virama and bool(before) and not before.isascii() and unicodedata.category(before) == "Lo"


def _letter(text: str, at: int, step: int) -> str:
    """The nearest character in this direction that is not a combining mark; empty at the end of the text."""
    for distance in range(1, _WINDOW):
        place = at + step * distance
        if not 0 <= place < len(text):
            return ""
        if not unicodedata.category(text[place]).startswith("M"):
            return text[place]
    return ""


def _beside_right_to_left(text: str, at: int) -> bool:
    """Whether the nearest letter on one side, in the same line, is of a right-to-left script."""
    return any(_nearest_direction(text, at, step) in {"R", "AL"} for step in (-1, 1))


def _nearest_direction(text: str, at: int, step: int) -> str:
    for distance in range(1, _WINDOW):
        place = at + step * distance
        if not 0 <= place < len(text) or text[place] == "\n":
            return ""
        direction = unicodedata.bidirectional(text[place])
        if direction in {"L", "R", "AL"} and text[place] not in _DIRECTION_MARKS:
            return direction
    return ""


def _in_address(text: str, at: int) -> bool:
    """Whether it is in a word that machines compare: a domain, a path, a name of code."""
    before = re.split(r"\s", text[max(at - _WINDOW, 0) : at])[-1]
    after = re.split(r"\s", text[at + 1 : at + _WINDOW])[0]
    return _ADDRESS.search((before + after).strip(_PUNCTUATION)) is not None


def _is_of(scripts: tuple[str, ...], character: str) -> bool:
    return bool(character) and unicodedata.name(character, "").startswith(scripts)
