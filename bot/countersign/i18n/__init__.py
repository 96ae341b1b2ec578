"""Languages: the texts that people see, in the language of whoever reads them.

Write a text for people as one literal, with named fields: `_("Asked by {name}").format(name=name)`.
A constant at module level is marked with `N_` and translated where it is used, by `_`. The docstring of an
error that people read is such a text too. `make texts` brings the catalogues up to date.

The domain does not know who reads: `lazy_text("Asked by {name}", name=name)` is translated when it is read,
and the ledger keeps its source.

A listener runs in the language of whoever clicked or typed (`reader_language`). A card or a note is read by
many: the functions that write them are marked with `for_everyone`.
"""

from countersign.i18n.catalogues import LANGUAGES, SOURCE_LANGUAGE, matching_language
from countersign.i18n.durations import duration_in_words
from countersign.i18n.stored_text import text_from_json, text_to_json
from countersign.i18n.text import (
    AnyText,
    Text,
    TextLines,
    TextList,
    in_source_language,
    lazy_text,
    pieces,
    recorded_text,
    sentences,
    short_day,
)
from countersign.i18n.translation import (
    N_,
    _,
    current_language,
    for_everyone,
    in_every_language,
    language_of_everyone,
    ngettext,
    reader_language,
    set_reader_language,
    workspace_language,
)

__all__ = [
    "LANGUAGES",
    "N_",
    "SOURCE_LANGUAGE",
    "AnyText",
    "Text",
    "TextLines",
    "TextList",
    "_",
    "current_language",
    "duration_in_words",
    "for_everyone",
    "in_every_language",
    "in_source_language",
    "language_of_everyone",
    "lazy_text",
    "matching_language",
    "ngettext",
    "pieces",
    "reader_language",
    "recorded_text",
    "sentences",
    "set_reader_language",
    "short_day",
    "text_from_json",
    "text_to_json",
    "workspace_language",
]
