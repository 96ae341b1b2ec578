"""Each text for people has a natural translation that says the same."""

import io
import re
import runpy
import string
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from countersign.approvals.errors import NotPending
from countersign.approvals.recorded_reasons import LAPSED_COUNTS_FOR, recorded_reason
from countersign.i18n import (
    LANGUAGES,
    TextList,
    _,
    current_language,
    duration_in_words,
    for_everyone,
    lazy_text,
    matching_language,
    ngettext,
    reader_language,
    text_from_json,
    text_to_json,
    workspace_language,
)
from countersign.i18n.durations import parse_duration_in_words

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "bot/countersign/i18n/locales"
MARKUP = re.compile(r"[*_`]|:[a-z_]+:|<[^<>]*>|https?://\S+|/(?:approvals|agent)\b|@bot\b")


def entries(language: str) -> list[Message]:
    source = (LOCALES / language / "countersign.po").read_bytes()
    return [each for each in read_po(io.BytesIO(source), locale=language) if each.id]


def forms(message: Message) -> list[tuple[str, str]]:
    """Each translation with the text that it stands for: the plural, where a language has one form."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    return [(message.id[-1], str(form)) for form in message.string or ()]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_catalogues_have_every_text_of_the_code_and_no_other() -> None:
    checked = subprocess.run(
        [sys.executable, ROOT / ".ci/texts.py", "--check"], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, f"{checked.stdout}{checked.stderr} Run `make texts`."


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_every_text_is_translated_with_its_fields_and_its_markup(language: str) -> None:
    wrong = [
        (text, translated)
        for message in entries(language)
        for text, translated in forms(message)
        if not translated.strip()
        or message.fuzzy
        or fields(text) != fields(translated)
        or sorted(MARKUP.findall(text)) != sorted(MARKUP.findall(translated))
    ]

    assert wrong == []


def test_there_is_a_catalogue_for_each_language_that_is_offered() -> None:
    assert {"en", *(folder.name for folder in LOCALES.iterdir())} == set(LANGUAGES)


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("ko-KR", "ko"),
        ("ko", "ko"),
        ("en-GB", "en"),
        ("en_US", "en"),
        ("de-DE", None),
        ("", None),
        (None, None),
    ],
)
def test_the_language_of_a_locale(locale: str | None, language: str | None) -> None:
    assert matching_language(locale) == language


def test_one_reader_reads_their_own_language_and_many_read_the_workspaces() -> None:
    @for_everyone
    def of_all() -> str:
        return current_language()

    with workspace_language("ko"):
        assert current_language() == "ko"
        with reader_language("en"):
            assert (current_language(), of_all()) == ("en", "ko")
        with reader_language(None):
            assert current_language() == "ko"
    assert current_language() == "en"


def test_an_error_is_said_in_the_language_of_whoever_caused_it() -> None:
    with reader_language("ko"):
        assert (
            str(NotPending()) == _("This approval is no longer open.") != "This approval is no longer open."
        )


def test_a_text_without_a_translation_stays_as_it_is() -> None:
    with reader_language("ko"):
        assert _("No catalogue has this.") == "No catalogue has this."
        assert ngettext("{count} moon", "{count} moons", 2) == "{count} moons"


def test_a_docstring_of_an_error_is_a_text_and_one_of_several_lines_is_not() -> None:
    texts = runpy.run_path(str(ROOT / ".ci/texts.py"))["catalogue"]()

    assert texts.get("This approval is no longer open.")
    assert not texts.get("The graph raised.")


def test_a_text_is_translated_when_it_is_read_and_evidence_keeps_its_source() -> None:
    said = lazy_text(
        "Only {sources} can decide this.", sources=TextList((lazy_text("it has no members"), "@ops"))
    )

    with reader_language("ko"):
        assert str(said).startswith(_("it has no members"))
        assert said.source == "Only it has no members and @ops can decide this."
    assert str(said) == said.source


def test_a_duration_is_in_words_of_whoever_reads_it_and_survives_being_stored() -> None:
    text = lazy_text("{waited}", waited=timedelta(days=1, hours=1, minutes=30))
    stored = text_from_json(text_to_json(text))
    with reader_language("ko"):
        assert str(stored) == "1일 1시간 30분"
        assert str(duration_in_words(timedelta(milliseconds=5))) == "1초 미만"
        assert text.source == "1 day 1 hour 30 minutes"
    with reader_language("en"):
        assert str(stored) == "1 day 1 hour 30 minutes"


@pytest.mark.parametrize(
    ("duration", "korean"),
    [
        (timedelta(minutes=30), "30분"),
        (timedelta(days=2, hours=1), "2일 1시간"),
        (timedelta(days=1, seconds=1), "1일 1초"),
        (timedelta(hours=23, minutes=59, seconds=59), "23시간 59분 59초"),
    ],
)
def test_a_duration_in_a_reason_that_was_kept_is_read_in_another_language(
    duration: timedelta, korean: str
) -> None:
    kept = lazy_text(LAPSED_COUNTS_FOR, duration=duration).source

    with reader_language("ko"):
        assert str(recorded_reason(kept)) == _(LAPSED_COUNTS_FOR).format(duration=korean)
    assert str(recorded_reason(kept)) == kept


@pytest.mark.parametrize("other", ["", " ", "2h", "day", "2 moons", "2 hours late", "next 2 hours"])
def test_a_text_that_is_no_duration_is_none(other: str) -> None:
    assert parse_duration_in_words(other) is None
