"""Numbers, yes and no, and nothing, as people read them; and which texts could be taken for one of them."""

import json
import re

from countersign.approvals.json import Json
from countersign.approvals.money import amount_text

_EMPTY_LIST, _EMPTY_OBJECT = "Empty list", "Empty object"
_TYPED = re.compile(
    r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|true|false|null|NaN|-?Infinity"
    rf"|yes|no|none|{_EMPTY_LIST}|{_EMPTY_OBJECT}",
    re.IGNORECASE,
)


def scalar_text(value: Json, key: str = "") -> str:
    """A value that is no text, and holds none."""
    match value:
        case True:
            return "Yes"
        case False:
            return "No"
        case None:
            return "None"
        case []:
            return _EMPTY_LIST
        case {}:
            return _EMPTY_OBJECT
        case _:
            return amount_text(value, key) or json.dumps(value)


def is_typed_looking(text: str) -> bool:
    """Whether it reads as a number, as yes, no or none, or as another JSON value that is no text."""
    if _TYPED.fullmatch(text):
        return True
    try:
        return text[0] in "[{" and not isinstance(json.loads(text), str)
    except (ValueError, RecursionError):
        return False
