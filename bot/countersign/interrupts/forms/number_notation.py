"""Converts between a number and the text of its digits, as the answer wants it."""

import json
import re
from collections.abc import Iterator

from countersign.approvals.json import Json

_DIGITS = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d{1,15})?", re.ASCII)


def other_notations(value: Json) -> Iterator[Json]:
    """The digits of a number; the number of a text that is nothing but its digits."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield json.dumps(value)
    elif isinstance(value, str) and _DIGITS.fullmatch(value):
        number = float(value) if "." in value else int(value)
        if json.dumps(number) == value:
            yield number
