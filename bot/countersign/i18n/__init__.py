"""Languages: the texts that people see, in the language of whoever reads them.

Write a text for people as one literal, with named fields: `_("Asked by {name}").format(name=name)`.
A constant at module level is marked with `N_` and translated where it is used, by `_`. The docstring of an
error that people read is such a text too. `make texts` brings the catalogues up to date.

The domain does not know who reads: `lazy_text("Asked by {name}", name=name)` is translated when it is read,
and the ledger keeps its source.

A listener runs in the language of whoever clicked or typed (`reader_language`). A card or a note is read by
many: the functions that write them are marked with `for_everyone`.
"""

from countersign.i18n.catalogues import LANGUAGES, matching_language
from countersign.i18n.text import Text, TextList, in_source_language, lazy_text
from countersign.i18n.translation import (
    N_,
    _,
    current_language,
    for_everyone,
    ngettext,
    reader_language,
    set_reader_language,
    workspace_language,
)

__all__ = [
    "LANGUAGES",
    "N_",
    "Text",
    "TextList",
    "_",
    "current_language",
    "for_everyone",
    "in_source_language",
    "lazy_text",
    "matching_language",
    "ngettext",
    "reader_language",
    "set_reader_language",
    "workspace_language",
]
