"""Options that people choose from: within Slack's limits, and none like another."""

import pytest

from countersign.approvals.json import Json
from countersign.interrupts import FormValidationError
from countersign.interrupts.forms.options import enum_options, numbered_options, typed_choice_form


def labels(values: list[Json], titles: list[str | None] | None = None) -> list[str]:
    return [option.label for option in enum_options(values, titles)]


def test_an_option_is_called_by_its_title_else_by_its_value() -> None:
    assert labels(["low", 2, None, True, ""], ["Low risk", None, " ", None, None]) == [
        "Low risk",
        "2",
        "null",
        "true",
        '""',
    ]


@pytest.mark.parametrize(
    ("value", "label"), [("x" * 75, "x" * 75), ("x" * 76, "x" * 60 + "… (1)"), ("one\ntwo", "one⟨U+000A⟩two")]
)
def test_a_label_is_one_line_of_at_most_seventy_five_characters(value: str, label: str) -> None:
    assert labels([value]) == [label]


def test_labels_that_are_alike_are_distinguished_by_their_place() -> None:
    assert labels([1, "1", 2], ["One", "One", "Two"]) == ["One", "One (2)", "Two"]


@pytest.mark.parametrize(
    ("value", "key"), [("x" * 150, "x" * 150), ("x" * 151, "#1"), ("a\nb", "#1"), (3, "3")]
)
def test_a_key_is_the_value_where_it_can_be(value: Json, key: str) -> None:
    (option,) = enum_options([value])
    assert (option.key, option.value) == (key, value)


def test_values_that_are_written_alike_have_keys_of_their_own() -> None:
    assert [(option.key, option.value) for option in enum_options(["1", 1, "true", True])] == [
        ("1", "1"),
        ("#2", 1),
        ("true", "true"),
        ("#4", True),
    ]


def test_numbered_options_keep_their_place_and_are_there_once() -> None:
    found = numbered_options(["a", "b", "a", "a"], ["A", "B", "A", "Another"])
    assert [(option.key, option.label, option.value) for option in found] == [
        ("0", "A", "a"),
        ("1", "B", "b"),
        ("3", "Another", "a"),
    ]


def test_an_answer_in_words_has_to_be_one_of_the_values_or_its_title() -> None:
    form = typed_choice_form(["low", "high"], ["Low risk", None])
    assert form.fields[0].hint == "One of the 2 options of the request."
    for words, value in (("low", "low"), ("Low risk", "low"), ("high", "high")):
        assert form.read({"/": words}) == value
    with pytest.raises(FormValidationError):
        form.read({"/": "medium"})
