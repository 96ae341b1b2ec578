"""`name: text`: how a message says which graph it is for."""

import re
from collections.abc import Collection

MAX_LENGTH = 100  # characters: it goes into a button and into a form's metadata

_NAMED = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*):(?:\s+|$)(?P<text>.*)", re.DOTALL)


def is_graph_name(name: str) -> bool:
    """Whether a message can name a graph so."""
    return 0 < len(name) <= MAX_LENGTH and name == name.strip() and ":" not in name and name.isprintable()


def split_name(text: str, known: Collection[str] = ()) -> tuple[str | None, str]:
    """`name: text` -> (name, text); anything else -> (None, text). Both stripped of space around them.

    A `known` name may have any characters; any other name is one word.
    """
    text = text.strip()
    for name in known:
        if text.startswith(f"{name}:"):
            after = text[len(name) + 1 :]
            if not after or after[0].isspace():
                return name, after.strip()
    named = _NAMED.fullmatch(text)
    return (named["name"], named["text"].strip()) if named else (None, text)
