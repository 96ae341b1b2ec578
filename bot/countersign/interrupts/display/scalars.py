"""Numbers, booleans and null as people read them, and texts that could be mistaken for them."""

import json
import re
from functools import cache

from countersign.approvals.json import Json
from countersign.approvals.money import amount_text
from countersign.i18n import N_, _, in_every_language

_YES, _NO, _NONE = N_("Yes"), N_("No"), N_("None")
_EMPTY_LIST, _EMPTY_OBJECT = N_("Empty list"), N_("Empty object")
_TYPED = re.compile(
    r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|true|false|null|NaN|-?Infinity",
    re.IGNORECASE,
)


def scalar_text(value: Json, key: str = "") -> str:
    """A value that is not a text, and holds none."""
    match value:
        case True:
            return _(_YES)
        case False:
            return _(_NO)
        case None:
            return _(_NONE)
        case []:
            return _(_EMPTY_LIST)
        case {}:
            return _(_EMPTY_OBJECT)
        case _:
            return amount_text(value, key) or json.dumps(value)


@cache
def _typed_words() -> frozenset[str]:
    """What stands for a value that is not a text, in any language: who reads a card may know each."""
    words = (_YES, _NO, _NONE, _EMPTY_LIST, _EMPTY_OBJECT)
    return frozenset(each.casefold() for word in words for each in in_every_language(word))


def is_typed_looking(text: str) -> bool:
    """Whether it reads as a number, as yes, no or none, or as another JSON value that is not a text."""
    if _TYPED.fullmatch(text) or text.casefold() in _typed_words():
        return True
    try:
        return text[0] in "[{" and not isinstance(json.loads(text), str)
    except (ValueError, RecursionError):
        return False
