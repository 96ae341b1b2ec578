"""Characters that a reader cannot see, shown, so that what an approver reads is what will run.

A payload may hold text that displays in another order than it is stored (bidirectional overrides), text that
does not display at all (zero-width and tag characters) or text that a terminal or client swallows (controls).
Each becomes its code point in angle brackets, such as ⟨U+202E⟩. Line breaks and tabs stay as they are.
"""

import re
import unicodedata
from itertools import pairwise

# Characters without ink that their general category does not give away.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_HIDING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# U+FE0F alone is common and harmless: it asks for the coloured form of an emoji.
_VARIATION = re.compile("[\u180b-\u180d\ufe00-\ufe0e\U000e0100-\U000e01ef]")
_JOINER = "\u200d"


def escape_invisible(text: str) -> str:
    """The text as it is safe to show: nothing in it is invisible or reorders its neighbours."""
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text
    if _JOINER not in text:
        return text.translate(_SHOWN)
    pieces = text.split(_JOINER)
    shown = [pieces[0].translate(_SHOWN)]
    for before, after in pairwise(pieces):
        joint = _JOINER if _joins_emoji(before[-1:], after[:1]) else _SHOWN[ord(_JOINER)]
        shown += [joint, after.translate(_SHOWN)]
    return "".join(shown)


def has_invisible(text: str) -> bool:
    """Whether showing the text changes it, apart from the two ways to end a line."""
    return escape_invisible(text) != text.replace("\r\n", "\n")


def single_line(text: str) -> str:
    """For labels and titles, where a line break would let a key pass for a line of its own."""
    return escape_invisible(text).replace("\n", "⟨U+000A⟩").replace("\t", " ")


class _Shown(dict[int, str]):
    """A table for `str.translate` that looks each character up once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        hides = unicodedata.category(character) in _HIDING and character not in "\n\t"
        hides = hides or character in _BLANK or _VARIATION.match(character) is not None
        self[code] = f"⟨U+{code:04X}⟩" if hides else character
        return self[code]


_SHOWN = _Shown()


def _joins_emoji(before: str, after: str) -> bool:
    """The zero-width joiner inside an emoji, such as a family, is no deception."""
    if not before or not after:
        return False
    return (before == "\ufe0f" or unicodedata.category(before) in {"So", "Sk"}) and unicodedata.category(
        after
    ) == "So"
