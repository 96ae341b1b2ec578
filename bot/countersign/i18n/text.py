"""A text that is translated when somebody reads it, and kept in its source language where it is evidence."""

from collections.abc import Callable
from dataclasses import dataclass

from babel.lists import format_list

from countersign.i18n.catalogues import SOURCE_LANGUAGE
from countersign.i18n.translation import _, current_language


@dataclass(frozen=True)
class Text:
    """`str(text)` is in the reader's language, `source` in the language of the code. Fields may be texts."""

    template: str
    fields: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return _(self.template).format(**dict(self.fields)) if self.fields else _(self.template)

    @property
    def source(self) -> str:
        """For the ledger and the log, which are in one language whoever acts."""
        if not self.fields:
            return self.template
        return self.template.format(**{name: in_source_language(value) for name, value in self.fields})


@dataclass(frozen=True)
class TextList:
    """Several values as one: `a, b, and c`; with `any_of`, `a, b, or c`."""

    values: tuple[object, ...]
    any_of: bool = False

    def __str__(self) -> str:
        return self._joined(str, current_language())

    @property
    def source(self) -> str:
        return self._joined(in_source_language, SOURCE_LANGUAGE)

    def _joined(self, shown: Callable[[object], object], language: str) -> str:
        values = [str(shown(each)) for each in self.values]
        return format_list(values, style="or" if self.any_of else "standard", locale=language)


def lazy_text(template: str, /, **fields: object) -> Text:
    """A text with its fields filled in, in whatever language it is read."""
    return Text(template, tuple(fields.items()))


def in_source_language(value: object) -> object:
    """The same value; a text in the language of the code."""
    return value.source if isinstance(value, Text | TextList) else value
