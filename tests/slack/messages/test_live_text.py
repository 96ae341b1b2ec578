"""What is shown of a message while it is written: whole words, nothing that may become something else."""

from itertools import pairwise

import pytest

from countersign.slack.streams.live_text import has_link, live_text

TEXT = "Well, the **deploy** went fine.\n\n* one\n* two\n```\nx = 1\n```\n✅ Approved by bob\nand more words "


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Half a wor", "Half a"),
        ("A line.\nAnd hal", "A line.\nAnd"),
        ('{"a": 1} ', ""),
        ("[1, 2] ", ""),
        ("Look at https://evil.example/x now ", "Look at"),
        ("Look at evil.example now ", "Look at"),
        ("Look [here](https://evil.example) ", "Look"),
        ("Call <!channel> now ", "Call"),
        ("R&D said ", "R&amp;D said"),
        ("✅ Approved by bob \n", "> ✅ Approved by bob"),
    ],
)
def test_only_what_cannot_change_is_shown(text: str, shown: str) -> None:
    assert live_text(text) == shown


def test_it_grows_by_what_follows_until_a_line_becomes_another_one() -> None:
    shown = [live_text(TEXT[:end]) for end in range(len(TEXT))]
    before_the_imitation = [text for text in shown if "Approved" not in text]
    assert all(after.startswith(before) for before, after in pairwise(before_the_imitation))
    assert not any(line.startswith("✅ Approved by bob") for text in shown for line in text.split("\n"))


@pytest.mark.parametrize("text", ["https://a.example", "a.example", "[a](b)", "www.a", "mailto:a"])
def test_a_link_is_seen_however_it_is_written(text: str) -> None:
    assert has_link(f"see {text} there")


@pytest.mark.parametrize("text", ["e.g. this", "[1] as said", "3.5 percent", "Done. Next", "a@b"])
def test_words_are_no_link(text: str) -> None:
    assert not has_link(text)
