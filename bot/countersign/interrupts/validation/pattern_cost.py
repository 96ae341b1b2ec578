"""Estimates the cost of compiling a regular expression, which no time limit can interrupt.

`regex` writes a repetition out: `(?:a{1000}){1000}` takes two seconds and 270 MB, and one more level ends the
process. So a pattern is measured before it is compiled.
"""

import re

MAX_PATTERN_LENGTH = 10_000  # characters
_MAX_SIZE = 20_000  # atoms, after repetitions are written out
_TOKEN = re.compile(r"\\.|\[(?:\\.|\[:\w+:\]|[^\]\\])*\]|\{(\d+)(?:,\d*)?\}|.", re.DOTALL)


def can_be_compiled(pattern: str) -> bool:
    """Whether compiling takes milliseconds, as far as its length and its repetitions tell."""
    return len(pattern) <= MAX_PATTERN_LENGTH and _cost(pattern) <= _MAX_SIZE


def _cost(pattern: str) -> int:
    """The atoms of the pattern, each counted as often as it has to be there."""
    groups, last = [0], 0
    for token in _TOKEN.finditer(pattern):
        if token[1] is not None:
            times = max(int(token[1][:9]), 1)
            groups[-1] += last * (times - 1)
            last *= times
        elif token[0] == "(":
            groups.append(0)
        elif token[0] == ")" and len(groups) > 1:
            last = groups.pop()
            groups[-1] += last
        else:
            last = 1
            groups[-1] += last
    return sum(groups)
