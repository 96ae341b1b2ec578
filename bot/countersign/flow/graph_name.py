"""`name: text`: how a message says which graph it is for."""

import re

_NAMED = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*):(?:\s+|$)(?P<text>.*)", re.DOTALL)


def split_name(text: str) -> tuple[str | None, str]:
    """`name: text` -> (name, text); anything else -> (None, text). Both stripped of space around them."""
    named = _NAMED.fullmatch(text.strip())
    return (named["name"], named["text"].strip()) if named else (None, text.strip())
