"""The pages of the installation: each says what to do, in the language of whoever installs the app."""

import re

import pytest

from countersign.i18n import reader_language
from countersign.slack.oauth import pages
from countersign.slack.oauth.http import browser_language

EVERY = {
    "install": lambda: pages.install_page("https://slack.com/oauth/v2/authorize?state=1&scope=a"),
    "installed": lambda: pages.installed_page("Acme & <Sons>", "T1"),
    "denied": lambda: pages.failed_page("access_denied"),
    "failed": lambda: pages.failed_page("<script>"),
    "refused": pages.refused_page,
}


@pytest.mark.parametrize("name", EVERY)
def test_a_page_has_a_title_a_button_and_its_language(name: str) -> None:
    titles = set()
    for language in ("en", "ko"):
        with reader_language(language):
            page = EVERY[name]()
        assert f'<html lang="{language}">' in page
        assert len(re.findall(r'<a class="button" href="[^"]+">[^<]+</a>', page)) == 1
        (title,) = re.findall(r"<h1>([^<]+)</h1>", page)
        assert f"<title>{title}</title>" in page
        assert "<script>" not in page
        assert "<Sons>" not in page
        titles.add(title)
    assert len(titles) == 2


def test_what_comes_next_is_on_the_last_page() -> None:
    page = pages.installed_page("Acme", "T1")
    assert "Countersign is installed in Acme." in page
    assert "Invite the app to a channel" in page
    assert 'href="https://slack.com/app_redirect?team=T1"' in page


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("fr-FR, fr;q=0.9, en;q=0.8, ko;q=0.7", "en"),
        ("de", None),
        ("", None),
        ("*;q=0.5, <script>", None),
    ],
)
def test_the_first_language_that_there_is_counts(accepted: str, language: str | None) -> None:
    assert browser_language(accepted) == language
