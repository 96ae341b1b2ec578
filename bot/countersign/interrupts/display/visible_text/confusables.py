"""Characters and names that look alike, from Unicode's own list (UTS 39), as a library brings it.

https://www.unicode.org/reports/tr39/#Confusable_Detection
"""

import importlib
import unicodedata
from functools import lru_cache

_DATA = "confusable_homoglyphs.confusables"  # read at the first use: it takes 60 ms and ten megabytes
_DIRECTION_MARK = "\u200e"


def ascii_lookalike(character: str) -> str | None:
    """What ASCII text the character looks like; None for most characters, and for ASCII itself."""
    return None if character.isascii() else _prototypes().get(character)


def look_alike(name: str, other: str) -> bool:
    """Whether two different names can be taken for each other."""
    return name != other and skeleton(name) == skeleton(other)


@lru_cache(maxsize=1024)
def skeleton(name: str) -> str:
    """The same for all names that look alike; not meant to be shown."""
    prototypes = _prototypes()
    plain = unicodedata.normalize("NFD", name)
    drawn = (
        prototypes.get(each, each) for each in plain if unicodedata.category(each) not in {"Cf", "Mn", "Me"}
    )
    return unicodedata.normalize("NFD", "".join(prototypes.get(c, c) for each in drawn for c in each))


@lru_cache(maxsize=1)
def _prototypes() -> dict[str, str]:
    """Each character that looks like ASCII text, with that text; `I`, `1` and `0` look like letters too."""
    found: dict[str, str] = {}
    for key, others in importlib.import_module(_DATA).confusables_data.items():
        character = key.strip(_DIRECTION_MARK)
        if len(character) != 1 or (character.isascii() and character not in "I1|0m"):
            continue
        texts = [other["c"] for other in others if other["c"].isascii() and other["c"].isprintable()]
        if texts and texts[0] != character:
            found[character] = texts[0]
    return found | {"1": "l", "I": "l", "|": "l", "0": "O", "m": "rn"}
