"""Characters that a reader cannot see, shown, so that what an approver reads is what will run.

A payload may hold text that displays in another order than it is stored (bidirectional overrides), text that
does not display at all (zero-width and tag characters) or text that a terminal or client swallows (controls).
Each becomes its code point in angle brackets, such as ⟨U+202E⟩. Line breaks and tabs stay as they are.
"""

import re
import unicodedata

# Letters, marks and symbols by category that have no ink: the general categories do not tell.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_SUSPECT = re.compile(r"[^\t\n\x20-\x7e]")
_VARIATION = re.compile("[\u180b-\u180d\ufe00-\ufe0e\U000e0100-\U000e01ef]")
_JOINER = "\u200d"


def visible(text: str) -> str:
    """The text as it is safe to show: nothing in it is invisible or reorders its neighbours."""
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text
    return _SUSPECT.sub(_shown, text)


def has_hidden(text: str) -> bool:
    """Whether showing the text changes it, apart from the two ways to end a line."""
    return visible(text) != text.replace("\r\n", "\n")


def one_line(text: str) -> str:
    """For labels and titles, where a line break would let a key pass for a line of its own."""
    return visible(text).replace("\n", "⟨U+000A⟩").replace("\t", " ")


def _shown(match: re.Match[str]) -> str:
    character = match.group()
    if character == _JOINER and _joins_emoji(match):
        return character
    hidden = (
        unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        or character in _BLANK
        or _VARIATION.match(character) is not None
    )
    return f"⟨U+{ord(character):04X}⟩" if hidden else character


def _joins_emoji(match: re.Match[str]) -> bool:
    before = match.string[max(match.start() - 1, 0) : match.start()]
    after = match.string[match.end() : match.end() + 1]
    emoji_before = before == "\ufe0f" or (before != "" and unicodedata.category(before) in {"So", "Sk"})
    return emoji_before and after != "" and unicodedata.category(after) == "So"
