"""Detects deciding words (`approve`, `reject`) in text that an agent wrote, however formatted."""

import re
import unicodedata

from countersign.approvals.json import Json
from countersign.interrupts import ascii_lookalike

_WORDS = re.compile(r"\b(?:approved?|reject(?:ed)?)\b", re.IGNORECASE)
_FORMATTING = re.compile(r"[*_~`]")


def has_deciding_word(said: Json) -> bool:
    """Whether the posted text has a deciding word anywhere, also in look-alike letters."""
    if isinstance(said, str):
        return _WORDS.search(_folded(said)) is not None
    if isinstance(said, dict):
        return any(has_deciding_word(key) or has_deciding_word(item) for key, item in said.items())
    return isinstance(said, list) and any(map(has_deciding_word, said))


def _folded(text: str) -> str:
    plain = _FORMATTING.sub("", unicodedata.normalize("NFKD", text))
    visible = (each for each in plain if unicodedata.category(each) not in {"Cf", "Mn"})
    return "".join(each if each.isascii() else ascii_lookalike(each) or each for each in visible)
