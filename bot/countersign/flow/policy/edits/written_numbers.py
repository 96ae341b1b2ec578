"""Numbers in texts, such as the 1500 of `1,500.00 EUR`: a graph may ask about its state in other words."""

import re

from countersign.approvals.json import Json

_NUMBER = re.compile(r"(?<![\w.,])[^\W\d_]*[-+]?\d+(?:[.,'\u00a0\u202f ]\d+)*")
_DIGITS = re.compile(r"[-+]?\d[\d.,'\u00a0\u202f ]*")
_GROUPS = re.compile(r"['\u00a0\u202f ]")


def is_written_alike(one: Json, other: Json) -> bool:
    """Whether both are the same number, one or both of them in a text of which it is the only one."""
    if not isinstance(one, str) and not isinstance(other, str):
        return False
    return bool(_readings(one) & _readings(other))


def the_number(value: Json) -> int | float | None:
    """The one number of a text, or the number itself; None where it can be read in two ways."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    found = _readings(value)
    return found.pop() if len(found) == 1 else None


def _readings(value: Json) -> set[float]:
    """As which numbers it can be read: `1,500` is 1500 for some and 1.5 for others."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {float(value)}
    if not isinstance(value, str) or len(value) > _LONGEST:
        return set()
    found = _NUMBER.findall(value)
    digits = _DIGITS.search(found[0]) if len(found) == 1 else None
    if digits is None:
        return set()
    written = _GROUPS.sub("", digits[0])
    return {
        number
        for grouping, point in ((",", "."), (".", ","))
        if (number := _as_float(written, grouping, point)) is not None
    }


_LONGEST = 100  # characters of a text that is little else than a number


def _as_float(written: str, grouping: str, point: str) -> float | None:
    """The value of digits that are grouped in threes, if they are."""
    g, p = re.escape(grouping), re.escape(point)
    if not re.fullmatch(rf"[-+]?(\d+|\d{{1,3}}({g}\d{{3}})+)({p}\d+)?", written):
        return None
    return float(written.replace(grouping, "").replace(point, "."))
