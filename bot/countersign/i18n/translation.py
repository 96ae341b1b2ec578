"""Translation into the language of the current context: of one reader, or of the workspace."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from countersign.i18n.catalogues import LANGUAGES, SOURCE_LANGUAGE, translations

_workspace: ContextVar[str] = ContextVar("workspace_language", default=SOURCE_LANGUAGE)
_reader: ContextVar[Callable[[], str | None] | None] = ContextVar("reader_language", default=None)

P = ParamSpec("P")
T = TypeVar("T")


def _(text: str) -> str:
    """The text in the current language; as it is where that has no translation."""
    return translations(current_language()).gettext(text)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of the text for this count, with `{count}` still to be filled in."""
    return translations(current_language()).ngettext(singular, plural, count)


def N_(text: str) -> str:  # noqa: N802  gettext's own name for it
    """Mark a text for the catalogue. It is translated later, by `_`."""
    return text


def in_every_language(text: str) -> tuple[str, ...]:
    """The text in each language that there is."""
    return tuple(translations(language).gettext(text) for language in LANGUAGES)


def current_language() -> str:
    """The reader's, where one person reads; else the workspace's."""
    reader = _reader.get()
    return (reader() if reader is not None else None) or _workspace.get()


def language_of_everyone() -> str:
    """The workspace's, in which what many read is written."""
    return _workspace.get()


@contextmanager
def workspace_language(language: str) -> Iterator[None]:
    """What many read is in this language. Tasks and threads started inside the block inherit it."""
    token = _workspace.set(language)
    try:
        yield
    finally:
        _workspace.reset(token)


@contextmanager
def reader_language(language: str | None) -> Iterator[None]:
    """What is said inside the block is for one person, who reads this language; None: the workspace's."""
    token = _reader.set(lambda: language)
    try:
        yield
    finally:
        _reader.reset(token)


def set_reader_language(language: Callable[[], str | None] | None) -> None:
    """The same for the rest of this task, where no block spans what is said: as in a middleware of Bolt's.

    `language` is asked at each text: it may become known on the way.
    """
    _reader.set(language)


def for_everyone(function: Callable[P, T]) -> Callable[P, T]:
    """A function whose texts many people read: in the workspace's language, whoever caused them."""

    @functools.wraps(function)
    def in_workspace_language(*args: P.args, **kwargs: P.kwargs) -> T:
        with reader_language(None):
            return function(*args, **kwargs)

    return in_workspace_language
