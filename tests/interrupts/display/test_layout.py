"""What an approver reads: laid out, complete, and without anything that hides."""

import pytest

from countersign.interrupts import (
    Part,
    Section,
    escape_invisible,
    has_invisible,
    pages,
    sections,
    single_line,
)
from countersign.interrupts.display.layout import split_text


def laid_out(value: object) -> str:
    (section,) = sections([Part(label="x", value=value)], 10_000)  # type: ignore[arg-type]  # JSON below
    return section.text


def test_nested_values_are_indented_lines() -> None:
    value = {"to": {"name": "Bob", "tags": ["a", 1, "1"]}, "note": "", "none": None, "empty": {}, "ok": True}

    assert laid_out(value).split("\n") == [
        "To:",
        "  Name: Bob",
        "  Tags:",
        "    • a",
        "    • 1",
        '    • "1"',
        'Note: ""',
        "None: None",
        "Empty: Empty object",
        "OK: Yes",
    ]


def test_a_text_cannot_pass_for_the_key_beside_it() -> None:
    assert laid_out({"note": "fine\namount: 5", "a\nb": 1}).split("\n") == [
        "Note:",
        "  │ fine",
        "  │ amount: 5",
        "a⟨U+000A⟩b: 1",
    ]


def test_a_number_and_its_text_look_different() -> None:
    assert (laid_out(5), laid_out("5"), laid_out(" x ")) == ("5", '"5"', '" x "')


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("safe\u202egpj.exe", "safe⟨U+202E⟩gpj.exe"),
        ("a\u200bb\ufeffc\u2060", "a⟨U+200B⟩b⟨U+FEFF⟩c⟨U+2060⟩"),
        ("bell\x07 esc\x1b[31m", "bell⟨U+0007⟩ esc⟨U+001B⟩[31m"),
        ("tags\U000e0041", "tags⟨U+E0041⟩"),
        ("filler\u3164\u2800", "filler⟨U+3164⟩⟨U+2800⟩"),
        ("old mac\rline", "old mac⟨U+000D⟩line"),
        ("windows\r\nline\r\n", "windows\nline\n⟨CRLF⟩"),
        ("both\r\nkinds\n", "both⟨U+000D⟩\nkinds\n"),
        ("joined a\u200db", "joined a⟨U+200D⟩b"),
    ],
)
def test_what_hides_is_shown(text: str, shown: str) -> None:
    assert escape_invisible(text) == shown


@pytest.mark.parametrize(
    "text",
    ["Ünïcödé, 中文, עברית, हिन्दी", "👩\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 👩🏽\u200d🔬", "<!channel> & <b>"],
)
def test_what_is_plain_stays_as_it_is(text: str) -> None:
    assert escape_invisible(text) == text
    assert not has_invisible(text)


def test_a_label_is_one_line() -> None:
    assert single_line("a\nb\tc") == "a⟨U+000A⟩b⟨1 tab⟩c"


def test_long_text_is_parted_at_its_lines_and_marked_as_continued() -> None:
    text = "\n".join(f"line {at}" for at in range(1000))
    split = sections([Part(label="body", value=text), Part(label="to", value="bob")], 3000)

    assert "".join(section.text for section in split[:-1]) == text
    assert all(section.text.endswith("\n") for section in split[:-2])
    assert [section.continued for section in split] == [False, True, True, False]
    assert split[-1] == Section(label="To", text="bob")


def test_a_page_counts_what_its_text_becomes_when_it_is_escaped() -> None:
    def escaped(text: str) -> int:
        return len(text.replace("&", "&amp;"))

    split = pages([Part(label="x", value="&" * 5000)], 3000, measure=escaped)

    assert all(sum(escaped(s.label + s.text) for s in page) <= 3000 for page in split)
    assert sum(len(s.text) for page in split for s in page) == 5000


def test_an_endless_key_is_read_in_full_below_its_label() -> None:
    split = sections([Part(label="k" * 5000, value="v")], 1000)

    assert all(len(section.label) <= 100 for section in split)
    assert "".join(section.text for section in split) == "k" * 5000 + ":\nv"


def test_a_megabyte_is_laid_out_in_time() -> None:
    text = "日本\u202e語 " * 200_000

    assert sum(len(page) for page in pages([Part(label="x", value=text)], 3000)) > 300


@pytest.mark.parametrize(
    ("text", "pieces"),
    [("", ("",)), ("abc", ("abc",)), ("abcdef", ("abc", "def")), ("abcdefg", ("abc", "def", "g"))],
)
def test_a_text_is_split_into_pieces_and_is_at_least_one(text: str, pieces: tuple[str, ...]) -> None:
    assert split_text(text, 3) == pieces
