"""Line diffs as mrkdwn, with the changed words marked: removed ones struck through, added ones bold.

The signs at the start of a line say the same without any style.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby

from countersign.slack.block_kit.escaping import escape
from countersign.slack.cards.values.part_text import is_plain_text

_TOKENS = re.compile(r"\s+|[^\s]+")
_MIN_LIKENESS = 0.4  # of two lines; of less alike ones all is changed, and nothing marked
_MAX_TOKENS = 400  # of a line: comparing takes their square


def marked_diff(diff: str) -> str | None:
    """The diff with its changed words marked; None where mrkdwn would not draw the text as it is."""
    lines = diff.split("\n")
    if not all(is_plain_text(line[2:]) for line in lines):
        return None
    return "\n".join(_marked(lines))


def _marked(lines: Sequence[str]) -> Iterator[str]:
    removed: list[str] = []
    for sign, group in groupby(lines, key=lambda line: line[:2]):
        if sign == "- ":
            removed = list(group)
            continue
        added = list(group)
        if sign == "+ " and len(removed) == len(added):
            pairs = [_pair(one[2:], other[2:]) for one, other in zip(removed, added, strict=True)]
            yield from (f"- {before}" for before, _ in pairs)
            yield from (f"+ {after}" for _, after in pairs)
        else:
            yield from map(escape, (*removed, *added))
        removed = []
    yield from map(escape, removed)


def _pair(before: str, after: str) -> tuple[str, str]:
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if max(len(old), len(new)) > _MAX_TOKENS or matcher.ratio() < _MIN_LIKENESS:
        return escape(before), escape(after)
    left, right = "", ""
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        gone, come = "".join(old[i1:i2]), "".join(new[j1:j2])
        left += escape(gone) if tag == "equal" else _styled(gone, "~")
        right += escape(come) if tag == "equal" else _styled(come, "*")
    return left, right


def _styled(words: str, mark: str) -> str:
    """The blanks at either end stay outside: markup does not begin or end with one."""
    inner = words.strip()
    if not inner:
        return words
    start = words.index(inner)
    return f"{words[:start]}{mark}{escape(inner)}{mark}{words[start + len(inner) :]}"
