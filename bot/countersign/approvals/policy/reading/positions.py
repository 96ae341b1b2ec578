"""The lines of a TOML document's keys, which `tomllib` does not tell.

A lexer for documents that `tomllib` has accepted: it only has to find where keys and elements begin.
"""

import re
from bisect import bisect_right

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(
    r"""[ \t]*(?:(?P<bare>[A-Za-z0-9_-]+)|"(?P<basic>(?:\\.|[^"\\])*)"|'(?P<literal>[^']*)')[ \t]*"""
)
_STRINGS = (
    r'"""(?:\\.|[^\\])*?"""(?!")',
    "'''.*?'''(?!')",
    r'"(?:\\.|[^"\\])*"',
    "'[^']*'",
)
_STRING = re.compile("|".join(_STRINGS), re.DOTALL)
_SCALAR = re.compile(r"[^,\]}#\n]*")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


def key_lines(document: str) -> dict[Path, int]:
    """The line, from 1, of every table, key and array element, by its path: `("rule", 0, "when")`."""
    return _Lexer(document).read()


class _Lexer:
    def __init__(self, document: str) -> None:
        self._text = document
        self._at = 0
        self._breaks = [at for at, character in enumerate(document) if character == "\n"]
        self._lines: dict[Path, int] = {}
        self._elements: dict[Path, int] = {}  # the newest element of each array of tables

    def read(self) -> dict[Path, int]:
        table: Path = ()
        self._skip_blank()
        while self._at < len(self._text):
            table = self._statement(table)
            self._skip_blank()
        return self._lines

    def _statement(self, table: Path) -> Path:
        """One header or one `key = value`; gives the table that the next key belongs to."""
        if self._text[self._at] != "[":
            self._pair(table)
            return table
        line = self._line()
        is_array = self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        table = self._header(self._key(), is_array=is_array)
        self._at += 2 if is_array else 1
        self._lines.setdefault(table, line)
        return table

    def _header(self, keys: list[str], *, is_array: bool) -> Path:
        path: Path = ()
        for key in keys[:-1]:
            path = self._newest((*path, key))
        path = (*path, keys[-1])
        if not is_array:
            return self._newest(path)
        self._elements[path] = self._elements.get(path, -1) + 1
        return (*path, self._elements[path])

    def _newest(self, path: Path) -> Path:
        return (*path, self._elements[path]) if path in self._elements else path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = (*table, *self._key())
        self._lines.setdefault(path, line)
        self._at += 1  # the equals sign
        self._value(path)

    def _key(self) -> list[str]:
        """A key, dotted or not; stops behind it."""
        keys: list[str] = []
        while True:
            found = _KEY.match(self._text, self._at)
            if found is None:
                return keys or [""]
            self._at = found.end()
            basic = found["basic"]
            keys.append(
                _ESCAPE.sub(_unescaped, basic) if basic is not None else found["bare"] or found["literal"]
            )
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _value(self, path: Path) -> None:
        self._skip_blank()
        if self._text.startswith(("'", '"'), self._at):
            found = _STRING.match(self._text, self._at)
            self._at = found.end() if found else len(self._text)
        elif self._text.startswith("[", self._at):
            self._array(path)
        elif self._text.startswith("{", self._at):
            self._inline_table(path)
        else:
            scalar = _SCALAR.match(self._text, self._at)
            self._at = scalar.end() if scalar else len(self._text)

    def _array(self, path: Path) -> None:
        self._at += 1
        index = 0
        while self._more("]"):
            self._lines[*path, index] = self._line()
            self._value((*path, index))
            index += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while self._more("}"):
            self._pair(path)

    def _more(self, end: str) -> bool:
        """Step to the next element; False, and behind it, at the end."""
        self._skip_blank()
        if self._text.startswith(",", self._at):
            self._at += 1
            self._skip_blank()
        if self._at < len(self._text) and not self._text.startswith(end, self._at):
            return True
        self._at += 1
        return False

    def _skip_blank(self) -> None:
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _line(self) -> int:
        return bisect_right(self._breaks, self._at - 1) + 1


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(found[3], found[3])
