"""A text that is translated when somebody reads it, and kept in its source language where it is evidence."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from string import Formatter

from babel.dates import format_date
from babel.lists import format_list

from countersign.i18n.catalogues import SOURCE_LANGUAGE
from countersign.i18n.durations import duration_in_words, parse_duration_in_words
from countersign.i18n.translation import N_, _, current_language, reader_language

# Translators: a day, in the pattern of https://unicode.org/reports/tr35/tr35-dates.html
_DAY = N_("EEEE, d MMMM y")
_SHORT_DAY = N_("EEE, d MMM y")
_MOMENT = "%Y-%m-%d %H:%M UTC"
_RECORDED_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")


@dataclass(frozen=True)
class Text:
    """`str(text)` is in the reader's language, `source` in the language of the code.

    Fields may be texts, days, durations, and moments, which each reader sees in their own time zone where
    `pieces` are shown.
    """

    template: str
    fields: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return "".join(map(_in_utc, pieces(self)))

    @property
    def source(self) -> str:
        """For the ledger and the log, which are in one language whoever acts."""
        if not self.fields:
            return self.template
        fields = {name: in_source_language(value) for name, value in self.fields}
        return "".join(map(_in_utc, _filled(self.template, fields)))


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


@dataclass(frozen=True)
class TextLines:
    """Several texts, one after the other: sentences, or with another `separator` lines or clauses."""

    values: tuple[object, ...]
    separator: str = " "

    def __str__(self) -> str:
        return "".join(map(_in_utc, pieces(self)))

    @property
    def source(self) -> str:
        return self.separator.join(str(in_source_language(each)) for each in self.values)


AnyText = Text | TextLines | str


def lazy_text(template: str, /, **fields: object) -> Text:
    """A text with its fields filled in, in whatever language it is read."""
    return Text(template, tuple(fields.items()))


def sentences(*texts: object) -> TextLines:
    """These texts one after the other, without those that are empty or None."""
    return TextLines(tuple(text for text in texts if text is not None and text != ""))


def in_source_language(value: object) -> object:
    """The same value; a text or a duration in the language of the code."""
    if isinstance(value, timedelta):
        with reader_language(SOURCE_LANGUAGE):
            return duration_in_words(value)
    return value.source if isinstance(value, Text | TextList | TextLines) else value


def pieces(text: object) -> Iterator[str | datetime]:
    """What it says to whoever reads it, in order: strings, and the moments between them."""
    match text:
        case Text():
            filled = _filled(_(text.template), dict(text.fields)) if text.fields else [_(text.template)]
            for piece in filled:
                yield from pieces(piece)
        case TextLines():
            for number, value in enumerate(text.values):
                if number:
                    yield text.separator
                yield from pieces(value)
        case datetime():
            yield text
        case timedelta():
            yield duration_in_words(text)
        case date():
            yield format_date(text, _(_DAY), locale=current_language())
        case _:
            yield str(text)


def short_day(day: date) -> str:
    """`Fri, 4 Dec 2026`."""
    return format_date(day, _(_SHORT_DAY), locale=current_language())


def recorded_text(recorded: str, templates: Iterable[str]) -> AnyText:
    """The text that was kept as its `source`, to be read in other languages; as it is if no template fits."""
    for template in templates:
        names = re.split(r"\{(\w+)\}", template)
        pattern = "".join(
            f"(?P<{part}>.+)" if number % 2 else re.escape(part) for number, part in enumerate(names)
        )
        if found := re.fullmatch(pattern, recorded, re.DOTALL):
            return lazy_text(
                template, **{name: _recorded_value(value) for name, value in found.groupdict().items()}
            )
    return recorded


def _filled(template: str, fields: dict[str, object]) -> Iterator[object]:
    """The template's literals and the values of its fields, in order."""
    for literal, name, spec, _conversion in Formatter().parse(template):
        if literal:
            yield literal
        if name is not None:
            yield format(fields[name], spec) if spec else fields[name]


def _recorded_value(value: str) -> object:
    """The moment or the duration that was kept as its `source`; any other value as it is."""
    if _RECORDED_MOMENT.fullmatch(value):
        return datetime.strptime(value, _MOMENT).replace(tzinfo=UTC)
    duration = parse_duration_in_words(value)
    return value if duration is None else duration


def _in_utc(piece: object) -> str:
    if isinstance(piece, datetime):
        return f"{piece.astimezone(UTC):{_MOMENT}}"
    return format_date(piece, _DAY, locale=SOURCE_LANGUAGE) if isinstance(piece, date) else str(piece)
