"""Words that mix scripts, and words of another script whose letters all look like ASCII.

A word is in order if it is of one script, or of a mix that people write: UTS 39 calls the level "highly
restrictive". Beyond it, Latin letters may stand in a word of a script whose letters do not look Latin, since
Thai, Arabic or Hindi are written around them without a space.
https://www.unicode.org/reports/tr39/#Restriction_Level_Detection
"""

from collections.abc import Iterator
from functools import lru_cache

import regex

from countersign.interrupts.display.visible_text.confusables import ascii_lookalike

_NAMES = (
    "Latin",
    "Greek",
    "Cyrillic",
    "Armenian",
    "Hebrew",
    "Arabic",
    "Syriac",
    "Thaana",
    "Devanagari",
    "Bengali",
    "Gurmukhi",
    "Gujarati",
    "Oriya",
    "Tamil",
    "Telugu",
    "Kannada",
    "Malayalam",
    "Sinhala",
    "Thai",
    "Lao",
    "Tibetan",
    "Myanmar",
    "Georgian",
    "Hangul",
    "Ethiopic",
    "Cherokee",
    "Canadian_Aboriginal",
    "Khmer",
    "Mongolian",
    "Hiragana",
    "Katakana",
    "Bopomofo",
    "Han",
    "Yi",
    "Coptic",
    "Lisu",
    "Tifinagh",
    "Nko",
    "Glagolitic",
    "Deseret",
    "Vai",
    "Osage",
    "Adlam",
    "Gothic",
    "Old_Italic",
    "Runic",
    "Javanese",
    "Balinese",
    "Warang_Citi",
    "Carian",
    "Lycian",
    "Lydian",
)
_TOGETHER = tuple(
    frozenset({"Latin", "Han", *others}) for others in (("Hiragana", "Katakana"), ("Bopomofo",), ("Hangul",))
)
_RESEMBLING_LATIN = frozenset(
    {
        "Greek",
        "Cyrillic",
        "Armenian",
        "Cherokee",
        "Coptic",
        "Georgian",
        "Lisu",
        "Tifinagh",
        "Deseret",
        "Osage",
    }
    | {"Glagolitic", "Gothic", "Old_Italic", "Runic", "Warang_Citi", "Carian", "Lycian", "Lydian"}
    | {"Canadian_Aboriginal", "Vai", "Adlam", "Nko"}
)
_SCRIPTS = {name: regex.compile(rf"\p{{Script_Extensions={name}}}") for name in _NAMES}
_ANY_FOREIGN = regex.compile(
    r"(?V1)[[\p{L}\p{Nl}\p{Nd}]--[\p{ASCII}\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]]"
)
_WORD = regex.compile(r"[\p{L}\p{M}\p{Nd}\p{Nl}_\u200c\u200d]+")
_LETTER = regex.compile(r"[\p{L}\p{Nl}]")
_SHORT = 40  # characters of a word whose result is cached


@lru_cache(maxsize=8192)
def scripts_of(character: str) -> frozenset[str]:
    """The scripts that the character is used in; none for one that is common to all of them."""
    if character.isascii():
        return frozenset({"Latin"}) if character.isalpha() else frozenset()
    if regex.match(r"[\p{sc=Common}\p{sc=Inherited}]", character):
        named = regex.match(r"[\p{scx=Common}\p{scx=Inherited}]", character)
        return frozenset() if named else _matching(character)
    return _matching(character)


@lru_cache(maxsize=8192)
def letter_scripts(character: str) -> frozenset[str]:
    """The scripts of a letter; none for a digit, a mark or a sign, which stand beside any letter."""
    return scripts_of(character) if _LETTER.match(character) else frozenset()


def _matching(character: str) -> frozenset[str]:
    return frozenset(name for name, pattern in _SCRIPTS.items() if pattern.match(character))


def foreign_positions(text: str) -> Iterator[int]:
    """Where letters stand that belong to another script than they seem to, in order."""
    if text.isascii() or _ANY_FOREIGN.search(text) is None:
        return
    own = _scripts_with_letters_of_their_own(text)
    for word in _WORD.finditer(text):
        if not word.group().isascii():
            find = _foreign_remembered if len(word.group()) <= _SHORT else _foreign
            yield from (word.start() + at for at in find(word.group(), own))


@lru_cache(maxsize=8192)
def _foreign_remembered(word: str, own: frozenset[str]) -> list[int]:
    return _foreign(word, own)


def _foreign(word: str, own: frozenset[str]) -> list[int]:
    scripts = [letter_scripts(each) for each in word]
    named = [each for each in scripts if each]
    if not named:
        return _mixed_digits(word)
    shared = frozenset.intersection(*set(named))
    if shared:
        if shared & _RESEMBLING_LATIN and not shared & own and all(map(_resembles, _letters(word))):
            return [at for at, each in enumerate(scripts) if each]
        return _odd_latin(word) if "Latin" in shared else []
    if any(all(each & mix for each in set(named)) for mix in _TOGETHER):
        return _odd_latin(word)
    main = "Latin" if any("Latin" in each for each in named) else min(named[0])
    others = [at for at, each in enumerate(scripts) if each and main not in each]
    if main == "Latin" and _is_written_without_spaces(word, scripts, others):
        return []
    return others


def _is_written_without_spaces(word: str, scripts: list[frozenset[str]], others: list[int]) -> bool:
    """One script beside Latin, whose letters are no imitation of Latin ones."""
    together = frozenset.intersection(*(scripts[at] for at in others))
    return bool(together - _RESEMBLING_LATIN) and not all(_resembles(word[at]) for at in others)


def _odd_latin(word: str) -> list[int]:
    """Other forms of ASCII letters among ASCII letters: full width, ligatures, phonetic letters."""
    if not any(each.isascii() and each.isalpha() for each in word):
        return []
    return [at for at, each in enumerate(word) if not each.isascii() and each != "ı" and _resembles(each)]


def _mixed_digits(word: str) -> list[int]:
    """Digits of another script among ASCII digits."""
    if not any(each.isascii() and each.isdigit() for each in word):
        return []
    return [at for at, each in enumerate(word) if not each.isascii() and each.isdigit()]


def _scripts_with_letters_of_their_own(text: str) -> frozenset[str]:
    """The scripts that the text is plainly written in: those with a letter that looks like no ASCII one."""
    letters = {each for each in set(text) if not each.isascii() and _LETTER.match(each)}
    return frozenset(script for each in letters if not _resembles(each) for script in scripts_of(each))


def _letters(word: str) -> list[str]:
    return [each for each in word if _LETTER.match(each)]


def _resembles(character: str) -> bool:
    return ascii_lookalike(character) is not None
