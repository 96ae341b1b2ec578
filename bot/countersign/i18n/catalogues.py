"""The catalogues: one gettext file per language, in `locales/<language>/countersign.po`."""

import gettext
import io
from functools import cache
from importlib.resources import files

SOURCE_LANGUAGE = "en"  # of the texts in the code
LANGUAGES = (SOURCE_LANGUAGE, "ko")


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language of LANGUAGES. The source language has none: its texts stay as they are.

    Fuzzy entries are left out. Raises KeyError for another language.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415 -- slow, and English needs neither
    from babel.messages.pofile import read_po  # noqa: PLC0415

    source = files("countersign.i18n").joinpath("locales", language, "countersign.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source), locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def matching_language(locale: str | None) -> str | None:
    """The language for a locale as Slack names it, such as `ko-KR`; None without a catalogue for it."""
    language = (locale or "").replace("_", "-").split("-")[0].lower()
    return language if language in LANGUAGES else None
