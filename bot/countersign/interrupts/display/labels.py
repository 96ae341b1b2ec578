"""Keys and names of tools as people read them: `customer_id` is "Customer ID".

Only equal names are shown alike: a name that is not plain snake case is shown beside its words, and one that
reads like such words is quoted.
"""

import re

from countersign.interrupts.display.visible_text import display_name, quoted_name
from countersign.interrupts.json_values.pointer import split

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_IDENTIFIER = re.compile(r"[a-z][A-Za-z0-9_.-]*[A-Za-z0-9]")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_READS_LIKE_A_LABEL = re.compile(r"[A-Z][A-Za-z0-9 ()_.-]*")
_PLACE = re.compile(r"[0-9]{1,9}")
_LONGEST = 60  # characters of a name that is put into words
_ACRONYMS = frozenset(
    [
        "api",
        "bic",
        "csv",
        "eu",
        "html",
        "http",
        "https",
        "iban",
        "id",
        "ids",
        "ip",
        "json",
        "ok",
        "pdf",
        "po",
        "sku",
        "sql",
        "ssh",
        "ui",
        "uri",
        "url",
        "us",
        "usd",
        "vat",
        "xml",
    ]
)


def human_label(name: str) -> str:
    """The name on one line, in words where it is an identifier."""
    if len(name) <= _LONGEST:
        if _SNAKE_CASE.fullmatch(name):
            return _sentence(name.split("_"))
        if _IDENTIFIER.fullmatch(name):
            return f"{_sentence(_WORD.findall(name.rpartition('__')[2]))} ({name})"
    shown = display_name(name)
    return quoted_name(shown) if _READS_LIKE_A_LABEL.fullmatch(shown) else shown


def place_label(pointer: str) -> str:
    """`Lines › 1. › Unit price`: keys in words, places in a list counted from 1."""
    return " › ".join(map(_step, split(pointer)))


def _step(token: str) -> str:
    return f"{int(token) + 1}." if _PLACE.fullmatch(token) else human_label(token)


def _sentence(words: list[str]) -> str:
    lowered = (word.lower() for word in words)
    text = " ".join(word.upper() if word in _ACRONYMS else word for word in lowered)
    return text[:1].upper() + text[1:]
