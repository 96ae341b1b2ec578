"""Splits long Markdown into pieces that are each valid: table headers and code fences are repeated."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

# Behind backticks, a line with another backtick is inline code and opens nothing.
_FENCE = re.compile(r"^ {0,3}(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})(?P<info>[^\n]*)$")
_DELIMITER = re.compile(r"^ {0,3}\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_MAX_OPENING = 500  # characters of a fence's or table's head that are repeated; a longer one is not

Measure = Callable[[str], int]


def split_markdown(text: str, limit: int, *, measure: Measure = len, tables: int = 1) -> list[str]:
    """Split between paragraphs if possible, else lines, else words.

    Split code is closed, and reopened with its language; a table's header is repeated. A piece has at most
    `tables` tables: Slack refuses a message with two.
    """
    splitter = _Splitter(limit, measure, tables)
    lines = text.split("\n")
    for at, line in enumerate(lines):
        splitter.add(line, lines[at + 1] if at + 1 < len(lines) else "")
    return splitter.finish()


@dataclass
class _Splitter:
    limit: int
    measure: Measure
    tables: int
    pieces: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    size: int = 0
    fence: str | None = None  # the line that opened the code which is open
    head: list[str] = field(default_factory=list)  # of the table that goes on
    seen: int = 0  # tables in this piece
    is_cut: bool = False  # whether the last line goes on in the next piece
    paragraph: int = 0  # the line after the last blank one outside code and tables

    def add(self, line: str, following: str) -> None:
        begins_table = self.fence is None and not self.head and "|" in line and _is_delimiter(following)
        if begins_table:
            if self.seen >= self.tables:
                self._flush()
            self.head, self.seen = [line, following], self.seen + 1
        elif self.head and self.fence is None and "|" not in line:
            self.head = []
        opens = _FENCE.match(line) if self.fence is None else None
        to_close = len(opens["fence"]) + 1 if opens else self._closing()
        for part, is_whole in self._fitting(line, to_close):
            self._place(part, to_close)
            self.is_cut = not is_whole
        self._follow_fence(line)
        if self.fence is None and not self.head and not line.strip():
            self.paragraph = len(self.lines)

    def finish(self) -> list[str]:
        last = "\n".join(self.lines)
        return [*self.pieces, last] if last or not self.pieces else self.pieces

    def _place(self, line: str, to_close: int) -> None:
        """`to_close`: the size of what ends the code that is open behind this line."""
        size = self.measure(line) + 1
        if self.lines and self.size + size + to_close > self.limit:
            at = self._paragraph()
            self._flush(at=at)
            if at is not None and self.lines and self.size + size + to_close > self.limit:
                self._flush()  # what stayed of the paragraph leaves no room either
        self.lines.append(line)
        self.size += size

    def _paragraph(self) -> int | None:
        """Where to part, if a paragraph ended in the second half; inside code or a table, it is here."""
        beginning = self.fence is None and not self.head
        return self.paragraph if beginning and self.paragraph > len(self.lines) // 2 else None

    def _flush(self, at: int | None = None) -> None:
        rest = self.lines[at:] if at is not None else []
        done = self.lines[:at] if at is not None else self.lines
        closing = [_fence_of(self.fence)] if self.fence is not None else []
        end = "" if closing or self.is_cut or self.head else "\n"
        self.pieces.append("\n".join([*done, *closing]) + end)
        reopened = [self.fence] if self.fence is not None else self._table_head()
        self.lines = [*reopened, *rest]
        self.size = sum(self.measure(line) + 1 for line in self.lines)
        self.paragraph, self.seen = 0, 1 if self.head else 0

    def _table_head(self) -> list[str]:
        """The head again, but not where the table has only begun or its head is too long to repeat."""
        short = sum(map(len, self.head)) <= min(_MAX_OPENING, self.limit // 3)
        in_body = bool(self.head) and self.head[1] in self.lines
        return list(self.head) if short and in_body else []

    def _closing(self) -> int:
        return len(_fence_of(self.fence)) + 1 if self.fence is not None else 0

    def _follow_fence(self, line: str) -> None:
        found = _FENCE.match(line)
        if found is None:
            return
        if self.fence is None:
            short = self.measure(line) <= min(_MAX_OPENING, self.limit // 3)
            self.fence = line if short else found["fence"][: self.limit // 4]
        elif not found["info"].strip() and found["fence"].startswith(_fence_of(self.fence)):
            self.fence = None

    def _fitting(self, line: str, to_close: int) -> Iterator[tuple[str, bool]]:
        """The line, in several where it is longer than a piece."""
        opening = sum(self.measure(each) + 1 for each in ([self.fence] if self.fence else self.head))
        repeated = opening if opening <= self.limit // 3 + 2 else 0
        room = max(self.limit - to_close - repeated - 1, 1)
        while self.measure(line) > room:
            cut = _cut(line, room, self.measure)
            yield line[:cut], False
            line = line[cut:]
        yield line, True


def _fence_of(opening: str | None) -> str:
    found = _FENCE.match(opening or "")
    return found["fence"] if found else "```"


def _is_delimiter(line: str) -> bool:
    return "-" in line and len(line) <= _MAX_OPENING and _DELIMITER.match(line) is not None


def _cut(line: str, room: int, measure: Measure) -> int:
    """How many characters of the line fit, at least one; behind a blank of the second half if any."""
    taken = min(len(line), room)
    while taken > 1 and (size := measure(line[:taken])) > room:
        taken = max(1, min(taken - 1, taken * room // size))
    blank = line.rfind(" ", taken // 2, taken) + 1
    return blank or taken
