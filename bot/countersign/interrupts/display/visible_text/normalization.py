"""Texts that are canonically equivalent look the same: the less common form says so.

Decomposed text, as macOS writes file names, gets one note at its end. In a text that mixes both forms, each
decomposed letter is followed by its code points. https://unicode.org/reports/tr15/
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import regex

DECOMPOSED = "⟨NFD⟩"
# A character with its marks, a Hangul syllable in its parts; marks alone are written out elsewhere.
_CLUSTER = regex.compile(r"(?V1)[\u1100-\u11ff]{2,3}|\P{M}\p{M}+|[\P{M}--\p{ASCII}]|\p{M}+")


def is_decomposed(text: str) -> bool:
    """Whether the whole text is decomposed, and could be composed."""
    return not unicodedata.is_normalized("NFC", text) and unicodedata.is_normalized("NFD", text)


def irregular_clusters(text: str) -> Iterator[tuple[int, int]]:
    """Where clusters stand that have another, more common spelling, in a text of mixed forms."""
    if unicodedata.is_normalized("NFC", text) or is_decomposed(text):
        return
    for cluster in _CLUSTER.finditer(text):
        if not _is_regular(cluster.group()):
            yield cluster.span()


@lru_cache(maxsize=8192)
def _is_regular(cluster: str) -> bool:
    return unicodedata.is_normalized("NFC", cluster)
