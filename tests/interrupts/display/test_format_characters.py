"""Characters without ink that a script needs, and the same ones where they hide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.decision import DecisionKind
from countersign.interrupts import FieldKind, escape_invisible, has_invisible, parse
from countersign.interrupts.forms.field import json_text

NEEDED = {
    "Persian plural": "کتاب\u200cها",
    "Persian verb, with a colon behind": "می\u200cخواهم: نامه\u200cها.",
    "Persian with a vowel sign": "خانه\u0654\u200cای",
    "Sinhala": "ශ්\u200dරී ලංකා",
    "Hindi half form": "क्\u200dष and क्\u200cष",
    "Bengali ya-phalaa": "র\u200d্যাব",
    "Malayalam chillu at the end": "അവന്\u200d",
    "family": "👩\u200d👩\u200d👧 ❤\ufe0f\u200d🔥",
    "nod": "🙂\u200d↕\ufe0f and 🙂\u200d↔\ufe0f",
    "right-to-left mark": "שלום!\u200f",
    "left-to-right mark": "C++\u200e שלום",
    "right-to-left mark beside one letter": "1 ש\u200f 2",
    "mark before one letter": "1 \u200fש 2",
    "mark behind a sign and one letter": "aש!\u200f b",
    "Arabic letter mark": "\u061c12 درهم",
    "Khmer word break": "ភាសា\u200bខ្មែរ",
}
HIDING = {
    "joiner in a Latin word": "pay\u200dpal",
    "non-joiner in a Latin word": "ad\u200cmin",
    "Persian letter beside Latin": "a\u200cها",
    "two joiners": "کتاب\u200c\u200cها",
    "joiner at the end": "کتاب\u200c",
    "right-to-left mark among Latin": "abc\u200f def",
    "mark in another line": "שלום\nabc\u200f def",
    "emoji beside Latin": "👩\u200da",
    "emoji behind Latin": "a\u200d👩",
    "arrow behind Latin": "a\u200d↔",
    "joiner at the end of an emoji": "👩\u200d",
    "joiner before the first emoji": "\u200d👩",
    "right-to-left mark one letter from Latin": "ש ab\u200f cd",
    "soft hyphen in a domain": "pay\u00adpal.com",
    "soft hyphen in an address": "b\u00adob@example.org",
    "soft hyphen in a number": "1\u00ad000",
    "zero-width space": "ab\u200bcd",
    "joiner in an address": "https://کتاب\u200cها.example",
    "override": "שלום\u202e",
    "isolate": "שלום\u2066",
    "tag characters": "🏴\U000e0067",
    "virama, Latin before": "a्\u200d",
}


@pytest.mark.parametrize("text", NEEDED.values(), ids=NEEDED.keys())
def test_what_a_script_needs_is_kept_and_can_be_edited(text: str) -> None:
    assert escape_invisible(text) == text
    assert not has_invisible(text)
    (field,) = parse({"text_to_revise": text}).rows[0].forms[DecisionKind.EDIT].fields
    assert (field.kind, field.raw) == (FieldKind.MULTILINE, text)


@pytest.mark.parametrize("text", HIDING.values(), ids=HIDING.keys())
def test_what_can_deceive_is_shown(text: str) -> None:
    assert has_invisible(text)
    assert "⟨U+" in escape_invisible(text)


@pytest.mark.parametrize("text", ["Donau\u00addampfschiff", "ad\u00admin", "при\u00adвет"])
def test_a_soft_hyphen_is_shown_and_can_be_edited(text: str) -> None:
    assert escape_invisible(text) == text.replace("\u00ad", "⟨U+00AD⟩")
    assert not has_invisible(text)
    (field,) = parse({"text_to_revise": text}).rows[0].forms[DecisionKind.EDIT].fields
    assert (field.kind, field.raw) == (FieldKind.MULTILINE, text)


def test_json_keeps_what_is_needed_beside_what_is_escaped() -> None:
    assert json_text(["کتاب\u200cها", "a\u200db"]) == '[\n  "کتاب\u200cها",\n  "a\\u200db"\n]'


_PIECES = st.sampled_from([*NEEDED.values(), *HIDING.values(), " ", "a", "\u200c", "\u00ad", "\n"])


@given(st.lists(_PIECES).map("".join))
def test_no_latin_word_has_a_joiner_that_is_not_shown(text: str) -> None:
    shown = escape_invisible(text)

    for at, character in enumerate(shown):
        if character in "\u200b\u200c\u200d":
            assert not shown[at - 1 : at].isascii() or not shown[at - 1 : at]
            assert shown[at + 1 : at + 2] != character
    assert escape_invisible(text.replace("\u200c", "")).count("\u200c") == 0
