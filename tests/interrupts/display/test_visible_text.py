"""What deceives the eye is written out, what people really write stays, and no two texts are shown alike."""

import unicodedata

import pytest
from hypothesis import example, given, settings

from countersign.interrupts import (
    Part,
    digest,
    escape_invisible,
    has_invisible,
    is_displayed_unchanged,
    sections,
)
from countersign.interrupts.display.visible_text.confusables import look_alike
from tests.interrupts.near_pairs import near_texts, near_values

BLANKS = "\u2800\u3164\U00013441\U00013442\U00016fe4\U0001d159"


def laid_out(value: object) -> str:
    (section,) = sections([Part(label="x", value=value)], 1_000_000)  # type: ignore[arg-type]  # JSON
    return section.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a" + " " * 2600 + "b", "a⟨2600 spaces⟩b"),
        ("a" + "\t" * 12 + "b", "a⟨12 tabs⟩b"),
        ("a" + "\n" * 41 + "b", "a\n⟨40 empty lines⟩\nb"),
        (" \n" * 30 + "b", "⟨30 lines of 1 space⟩\nb"),
        ("end \nof a line", "end⟨1 space⟩\nof a line"),
        ("10\u00a0€, 東京\u3000駅", "10⟨U+00A0⟩€, 東京⟨U+3000⟩駅"),
        ("\u3000" * 900, "⟨900 × U+3000⟩"),
        ("a\u200b\u200bb", "a⟨U+200B⟩⟨U+200B⟩b"),
        ("a\u200b\u200b\u200bb", "a⟨U+200B⟩⟨U+200B⟩⟨U+200B⟩b"),
        ("a\u200b\u200b\u200b\u200bb", "a⟨4 × U+200B⟩b"),
        ("5\u03380", "5⟨U+0338⟩0"),
        ("d\u0336one", "d⟨U+0336⟩one"),
        ("Z\u0323\u0302\u0301\u0300", "Z⟨U+0323⟩⟨U+0302⟩⟨U+0301⟩⟨U+0300⟩⟨NFD⟩"),
        ("Z\u0316\u0302", "Z\u0316\u0302⟨NFD⟩"),
        ("Z\u0316\u0302\u0317", "Z⟨U+0316⟩⟨U+0302⟩⟨U+0317⟩"),
        ("Z\u0316\u0316", "Z⟨U+0316⟩⟨U+0316⟩"),
        ("é\u0316 é\u0316\u0317", "é\u0316 é⟨U+0316⟩⟨U+0317⟩"),
        ("ж\u0301\u0302 ж\u0301\u0302\u0316", "ж\u0301\u0302 ж⟨U+0301⟩⟨U+0302⟩⟨U+0316⟩"),
        ("α\u0314\u0301\u0345\u0316", "α⟨U+03B1⟩⟨U+0314⟩⟨U+0301⟩⟨U+0345⟩⟨U+0316⟩"),
        ("a\ufe0f 😀\ufe0f", "a⟨U+FE0F⟩ 😀⟨U+FE0F⟩"),
        ("pаypal", "pа⟨U+0430⟩ypal"),
        ("раураl", "рауpа".replace("p", "р") + "⟨U+0440 U+0430 U+0443 U+0440 U+0430⟩l"),
        ("аррӏе", "аррӏе⟨U+0430 U+0440 U+0440 U+04CF U+0435⟩"),
        ("send_mοney", "send_mο⟨U+03BF⟩ney"),
        ("ﬁle", "ﬁ⟨U+FB01⟩le"),
        ("g௦ogle", "g௦⟨U+0BE6⟩ogle"),
        ("1२3", "1२⟨U+0968⟩3"),
        ("an ⟨U+200B⟩ of the agent's own", "an ⟨U+27E8⟩U+200B⟩ of the agent's own"),
        (unicodedata.normalize("NFD", "Müller"), unicodedata.normalize("NFD", "Müller") + "⟨NFD⟩"),
        ("u\u0308 é", "u\u0308⟨U+0075 U+0308⟩ é"),
        ("5 \u212b", "5 \u212b⟨U+212B⟩"),
    ],
)
def test_what_deceives_is_written_out(text: str, shown: str) -> None:
    assert escape_invisible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Plain text, with - dashes: and 'quotes'.",
        "def f():\n    return {\n        'a': 1,\n    }\n\n\nclass A: ...",
        "func main() {\n\tfor {\n\t\tbreak\n\t}\n}",
        "naïve café, Åse, Łódź, İstanbul, kapı, groß, Tiếng Việt",
        "می‌خواهم نمی‌دانم کتاب‌ها",
        "क्‍ष श्री हिन्दी, ශ්‍රී ලංකා, বাংলা র‍্যাব, മലയാളം",
        "Привет, мир: отчёт.pdf, IT-отдел, иван@example.com",
        "Ἀθῆναι, Ελλάδα. Α και Ω",
        "日本語LINEで送る、カラオケ。한국K팝 中文ABC ㄅㄆㄇ漢字abc",
        "ใช้LINEส่ง, הAPI, الAPI, שָׁלוֹם, ไม่ได้, မြန်မာ, ខ្មែរ",
        "👩‍👩‍👧 ❤️‍🔥 👩🏽‍🔬 1️⃣ 🇩🇪 🙂‍↔️ ©️ 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "½ × 10⁻³ µm ≠ ∞ → “quoted” – ok…",
    ],
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert is_displayed_unchanged(text)
    assert not has_invisible(text)


@pytest.mark.parametrize("text", ["\u200b", "\u202e", "a\ufe0f", "x\u200dy", *BLANKS])
def test_what_nobody_sees_cannot_be_edited_as_text(text: str) -> None:
    assert has_invisible(text)


@pytest.mark.parametrize("blank", BLANKS)
def test_a_character_without_ink_is_written_out(blank: str) -> None:
    assert escape_invisible(f"pay{blank}pal") == f"pay⟨U+{ord(blank):04X}⟩pal"


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("send_money", "send_mоney"),
        ("send_money", "send_rnoney"),
        ("delete_all", "deIete_all"),
        ("delete_all", "de1ete_all"),
        ("paypal", "раураӏ".replace("ӏ", "l")),
        ("file", "ﬁle"),
        ("O0", "00"),
    ],
)
def test_names_that_look_alike(name: str, other: str) -> None:
    assert look_alike(name, other)
    assert not look_alike(name, name)
    assert not look_alike(name, f"{other}s")


@settings(max_examples=400, deadline=None)
@given(near_texts())
@example(("a\nb", "a\r\nb"))
@example(("⟨U+200B⟩", "\u200b"))
@example(("é", "e\u0301"))
@example(("a: b", "a:b"))
def test_two_texts_are_never_shown_alike(pair: tuple[str, str]) -> None:
    one, other = pair
    assert (escape_invisible(one) == escape_invisible(other)) == (one == other)
    assert (laid_out(one) == laid_out(other)) == (one == other)


@settings(max_examples=600, deadline=None)
@given(near_values())
@example(({"k": None}, "K: None"))
@example(([None], "• None"))
@example(({"a": 1}, "a: 1"))
@example((["a"], "- a"))
@example(({"a: b": '"5"'}, 'a: b": "5'))
@example((["a: b"], [{"a": "b"}]))
@example(({"a": "x\ny"}, {"a": "│ x\n│ y"}))
@example(([[]], ["[]"]))
@example((None, "null"))
@example(({"": 1}, {"(no name)": 1}))
@example(({'"': 1}, {'"\\""': 1}))
@example(("│ a\n│ b", "a: \nb"))
@example(({"k": {"│ a": 1, "│ b": 2}}, {"k": "a: 1\nb: 2"}))
@example(("a\n", "a↵"))
@example(({"a": {"b": 1}}, "a:\n  b: 1"))
def test_two_values_are_never_laid_out_alike(pair: tuple[object, object]) -> None:
    one, other = pair
    if digest(one) != digest(other):  # type: ignore[arg-type]  # JSON
        assert laid_out(one) != laid_out(other)
