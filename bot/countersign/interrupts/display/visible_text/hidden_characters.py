"""Characters that a reader cannot see, or that reorder their neighbours, where no script needs them.

See `format_characters` for those that a script is written with.
"""

from collections.abc import Iterator

import regex

from countersign.interrupts.display.format_characters import FORMAT_CHARACTERS, SOFT_HYPHEN, is_expected

LINE_BREAK_SIGN = "↵"  # the layout writes it for a line break at either end of a text
# No ink, and a category that does not say so.
_BLANK = r"\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U00013441\U00013442\U00016fe4\U0001d159"
_VARIATION = r"\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef"
_INVISIBLE = rf"\p{{Cc}}\p{{Cf}}\p{{Cs}}\p{{Co}}\p{{Cn}}\p{{Zl}}\p{{Zp}}{_BLANK}{_VARIATION}"
_VISIBLE = (
    r"\n\t\u0600-\u0605\u06dd\u070f\u08e2"  # signs around Arabic and Syriac numbers are format characters
)
_COLOUR_NEEDED = regex.compile(
    r"(?V1)(?<=[0-9#*])\ufe0f(?=\u20e3)|(?<=[\p{Emoji}--[\p{Emoji_Presentation}0-9#*]])\ufe0f"
)
_FLAG = regex.compile(  # England, Scotland, Wales: the only ones that are spelled with tags
    r"\U0001f3f4(\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074"
    r"|\U000e0077\U000e006c\U000e0073)\U000e007f)"
)
_HIDDEN = regex.compile(rf"(?V1)([[{_INVISIBLE}]--[{_VISIBLE}]])\1*")
_WRITTEN_OUT = regex.compile(rf"(?V1)([[{_INVISIBLE}\p{{Zs}}⟨{LINE_BREAK_SIGN}]--[{_VISIBLE} ]])\1*")


def has_invisible(text: str) -> bool:
    """Whether somebody who edits the text would not see all of it."""
    return next(invisible_positions(text.replace("\r\n", "\n")), None) is not None


def invisible_positions(text: str) -> Iterator[int]:
    """Where characters stand that nobody sees, in order."""
    return _positions(text, _HIDDEN)


def hidden_positions(text: str) -> Iterator[int]:
    """Where characters have to be written out: invisible ones, all spaces but U+0020, our own signs.

    A soft hyphen is among them: words with and without it look alike. It can be edited all the same.
    """
    return _positions(text, _WRITTEN_OUT, never_needed=SOFT_HYPHEN)


def _positions(text: str, pattern: "regex.Pattern[str]", *, never_needed: str = "") -> Iterator[int]:
    flags: frozenset[int] | None = None
    for run in pattern.finditer(text):
        start, end = run.span()
        if end == start + 1 and text[start] != never_needed and _is_needed(text, start):
            continue
        if "\U000e0020" <= text[start] <= "\U000e007f":
            flags = _flag_positions(text) if flags is None else flags
            if start in flags:
                continue
        yield from range(start, end)


def _is_needed(text: str, at: int) -> bool:
    if FORMAT_CHARACTERS.match(text[at]):
        return is_expected(text, at)
    return text[at] == "\ufe0f" and _COLOUR_NEEDED.match(text, at) is not None


def _flag_positions(text: str) -> frozenset[int]:
    return frozenset(at for flag in _FLAG.finditer(text) for at in range(*flag.span(1)))
