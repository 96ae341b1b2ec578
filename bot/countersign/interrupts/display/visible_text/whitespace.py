"""Blanks, tabs and line breaks that push text away, or that nobody sees at the end of a line, counted."""

import re

from countersign.i18n import ngettext

_MAX_BLANK_LENGTH = 24  # spaces in a row from which on they are counted
_WHITESPACE = re.compile(
    r"^(?P<blanks>[ \t]++)\n(?:(?P=blanks)\n){4,}"
    r"|(?P<breaks>\n{5,})"
    r"|(?<![ \t])(?P<trailing>[ \t]++)(?=\n)"
    r"|^(?P<indentation>\t{1,8})(?![ \t\n])"
    rf"|(?P<tabs> *\t[ \t]*)|(?P<spaces> {{{_MAX_BLANK_LENGTH},}})",
    re.MULTILINE,
)
_TRAILING = re.compile(r"(?<![ \t])[ \t]++\Z")
_RUN = re.compile(r" +|\t+")


def count_whitespace(text: str) -> str:
    """The text with a token for each run that is not ordinary indentation or spacing."""
    shown = _WHITESPACE.sub(lambda match: _token(match, text), text)
    return _TRAILING.sub(lambda match: _counts(match.group()), shown) if "\n" in text else shown


def _token(match: re.Match[str], text: str) -> str:
    if match["blanks"]:
        lines = match.group().count("\n")
        text = ngettext("⟨{count} line of {blanks}⟩", "⟨{count} lines of {blanks}⟩", lines)
        return text.format(count=lines, blanks=_described(match["blanks"])) + "\n"
    if match["breaks"]:
        return _empty_lines(
            len(match["breaks"]), at_start=match.start() == 0, at_end=match.end() == len(text)
        )
    if match["indentation"]:
        return match["indentation"]
    return _counts(match.group())


def _empty_lines(breaks: int, *, at_start: bool, at_end: bool) -> str:
    lines = breaks if at_start or at_end else breaks - 1
    before, after = "" if at_start else "\n", "" if at_end else "\n"
    token = ngettext("⟨{count} empty line⟩", "⟨{count} empty lines⟩", lines).format(count=lines)
    return f"{before}{token}{after}"


def _counts(blanks: str) -> str:
    return f"⟨{_described(blanks)}⟩"


def _described(blanks: str) -> str:
    runs = [run.group() for run in _RUN.finditer(blanks)]
    return ", ".join(map(_count, runs))


def _count(run: str) -> str:
    if run[0] == "\t":
        return ngettext("{count} tab", "{count} tabs", len(run)).format(count=len(run))
    return ngettext("{count} space", "{count} spaces", len(run)).format(count=len(run))
