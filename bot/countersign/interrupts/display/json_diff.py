"""What an edit changed: place by place, with a line diff where the text is long."""

import difflib
import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from countersign.approvals.json import Json
from countersign.interrupts.json_values import pointer
from countersign.interrupts.json_values.equality import json_equal
from countersign.interrupts.json_values.unset import UNSET, JsonOrUnset

LONG = 100  # characters on one line, from which a text is compared in pieces
CONTEXT = 2  # unchanged lines around a change
_MAX_LINES = 1_000  # beyond that a diff takes too long: lines are compared at their places, if as many
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One place that differs; `UNSET` where it was not there before, or is not any more."""

    pointer: str
    before: JsonOrUnset
    after: JsonOrUnset
    # Lines that begin with `+ `, `- ` or two spaces; `…` where unchanged lines are left out.
    line_diff: str | None


def json_diff(before: Json, after: Json) -> tuple[Change, ...]:
    """Every place that differs, in the order of `before`, new places after it. Empty if the two are equal."""
    return tuple(_changes((), before, after))


def _changes(path: tuple[str | int, ...], before: JsonOrUnset, after: JsonOrUnset) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _changes((*path, key), before.get(key, UNSET), after.get(key, UNSET))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for at, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _changes((*path, at), one, other)
    elif before is UNSET or after is UNSET or not json_equal(before, after):
        diff = _line_diff(before, after) if isinstance(before, str) and isinstance(after, str) else None
        yield Change(pointer=pointer.join(path), before=before, after=after, line_diff=diff)


def _line_diff(before: str, after: str) -> str | None:
    if "\n" in before or "\n" in after:
        return _diff(before.split("\n"), after.split("\n"))
    if len(before) > LONG or len(after) > LONG:
        return _diff(_SENTENCE_END.split(before), _SENTENCE_END.split(after))
    return None


def _diff(old: list[str], new: list[str]) -> str:
    start = _common_prefix(old, new)
    end = _common_prefix(old[start:][::-1], new[start:][::-1])
    middle = list(_between(old[start : len(old) - end], new[start : len(new) - end]))
    lead = old[max(start - CONTEXT, 0) : start]
    tail = old[len(old) - end : len(old) - end + CONTEXT]
    lines = [*map(_unchanged, lead), *middle, *map(_unchanged, tail)]
    if start > CONTEXT:
        lines.insert(0, "…")
    if end > CONTEXT:
        lines.append("…")
    return "\n".join(lines)


def _common_prefix(old: list[str], new: list[str]) -> int:
    return sum(1 for _ in takewhile(bool, map(operator.eq, old, new)))


def _between(old: list[str], new: list[str]) -> Iterator[str]:
    if len(old) + len(new) > _MAX_LINES:
        yield from _in_place(old, new) if len(old) == len(new) else _all_of(old, new)
        return
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for at, group in enumerate(matcher.get_grouped_opcodes(CONTEXT)):
        if at:
            yield "…"
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from map(_unchanged, old[i1:i2])
            else:
                yield from _all_of(old[i1:i2], new[j1:j2])


def _all_of(old: list[str], new: list[str]) -> Iterator[str]:
    yield from (f"- {line}" for line in old)
    yield from (f"+ {line}" for line in new)


def _in_place(old: list[str], new: list[str]) -> Iterator[str]:
    last = -1
    for at, (before, after) in enumerate(zip(old, new, strict=True)):
        if before == after:
            continue
        if at != last + 1:
            yield "…"
        yield f"- {before}"
        yield f"+ {after}"
        last = at


def _unchanged(line: str) -> str:
    """An empty line stays empty: blanks alone would be written out as what deceives."""
    return f"  {line}" if line else ""
