"""Characters that a reader cannot see, shown, so that what an approver reads is what will run.

A payload may hold text that displays in another order than it is stored (bidirectional overrides), text that
does not display at all (zero-width and tag characters) or text that a terminal or client swallows (controls).
Each becomes its code point in angle brackets, such as ⟨U+202E⟩. Line breaks and tabs stay as they are, and so
do format characters that a script is written with; see `format_characters`.
"""

import re
import unicodedata

from countersign.interrupts.display.format_characters import FORMAT_CHARACTERS, is_expected

# Characters without ink that their general category does not give away.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_HIDING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# U+FE0F alone is common and harmless: it asks for the coloured form of an emoji.
_VARIATION = re.compile("[\u180b-\u180d\ufe00-\ufe0e\U000e0100-\U000e01ef]")


def escape_invisible(text: str) -> str:
    """The text as it is safe to show: nothing in it is invisible or reorders its neighbours."""
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    done = 0
    for found in FORMAT_CHARACTERS.finditer(text):
        if is_expected(text, found.start()):
            shown += [text[done : found.start()].translate(_SHOWN), found.group()]
            done = found.end()
    return "".join((*shown, text[done:].translate(_SHOWN)))


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
