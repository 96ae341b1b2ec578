"""What was typed becomes a value of the field's kind, or an error that says what would."""

from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.interrupts.forms.field import Field, FieldKind, Option, RawInput
from countersign.interrupts.forms.input_parsing import InvalidInput, read
from countersign.interrupts.json_values.unset import UNSET


def field(kind: FieldKind, **more: Any) -> Field:
    return Field(pointer="/a", label="a", kind=kind, **{"required": True, **more})


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (FieldKind.INTEGER, " +12 ", 12),
        (FieldKind.INTEGER, "-0", 0),
        (FieldKind.INTEGER, "9" * 300, int("9" * 300)),
        (FieldKind.NUMBER, "12", 12),
        (FieldKind.NUMBER, "1.", 1.0),
        (FieldKind.NUMBER, ".5", 0.5),
        (FieldKind.NUMBER, "-1.5e-3", -0.0015),
        (FieldKind.BOOLEAN, " YES ", True),
        (FieldKind.BOOLEAN, "y", True),
        (FieldKind.BOOLEAN, "True", True),
        (FieldKind.BOOLEAN, "n", False),
        (FieldKind.BOOLEAN, "No", False),
        (FieldKind.BOOLEAN, "false", False),
        (FieldKind.DATE, " 2026-02-28 ", "2026-02-28"),
        (FieldKind.TIME, "14:30", "14:30:00"),
        (FieldKind.DATETIME, "0", "1970-01-01T00:00:00Z"),
        (FieldKind.DATETIME, "-1", "1969-12-31T23:59:59Z"),
        (FieldKind.DATETIME, "2026-11-20T14:30:00+01:00", "2026-11-20T14:30:00+01:00"),
        (FieldKind.EMAIL, " a@b.example ", "a@b.example"),
        (FieldKind.TEXT, " kept as it is ", " kept as it is "),
        (FieldKind.LINES, " a \n\n b", ["a", "b"]),
        (FieldKind.JSON, '{"a": [1, null]}', {"a": [1, None]}),
        (FieldKind.JSON, "\u201ca\u201d", "a"),
        (FieldKind.JSON, "{\u201ca\u201d:\u00a01}", {"a": 1}),
        (FieldKind.JSON, '{"a":\u00a0"b\u00a0c"}', {"a": "b\u00a0c"}),
    ],
)
def test_what_is_taken(kind: FieldKind, typed: str, value: Json) -> None:
    found = read(field(kind), typed)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("kind", "typed", "told"),
    [
        (FieldKind.INTEGER, "1.0", "a whole number"),
        (FieldKind.INTEGER, "٣", "a whole number"),
        (FieldKind.INTEGER, "9" * 301, "a whole number"),
        (FieldKind.INTEGER, "1 2", "a whole number"),
        (FieldKind.NUMBER, "1e999", "a number"),
        (FieldKind.NUMBER, "٣.٥", "a number"),
        (FieldKind.NUMBER, ".", "a number"),
        (FieldKind.NUMBER, "nan", "a number"),
        (FieldKind.BOOLEAN, "maybe", "yes or no"),
        (FieldKind.DATE, "28.02.2026", "a date"),
        (FieldKind.DATE, "2026-02-30", "a date"),
        (FieldKind.TIME, "25:00", "a time"),
        (FieldKind.DATETIME, "tomorrow", "a date and time"),
        (FieldKind.DATETIME, "999999999999", "a date and time"),
        (FieldKind.JSON, "{a: 1}", "not valid JSON (line 1, column 2)"),
        (FieldKind.JSON, "NaN", "not valid JSON."),
        (FieldKind.JSON, "1e999", "not valid JSON."),
        (FieldKind.JSON, '"\\ud800"', "not valid JSON."),
        (FieldKind.JSON, "[" * 100_000, "not valid JSON."),
    ],
)
def test_what_is_refused_and_what_would_be_taken(kind: FieldKind, typed: str, told: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(field(kind), typed)
    assert told in str(refused.value)


@pytest.mark.parametrize("empty", [None, "", []])
def test_nothing_is_refused_where_something_is_required(empty: RawInput) -> None:
    with pytest.raises(InvalidInput):
        read(field(FieldKind.TEXT), empty)
    assert read(field(FieldKind.TEXT, required=False), empty) is UNSET
    assert read(field(FieldKind.TEXT, required=False, when_empty=""), empty) == ""


@pytest.mark.parametrize(
    ("kind", "raw", "told"),
    [
        (FieldKind.TEXT, True, "not a yes-or-no field"),
        (FieldKind.TEXT, ["a", "b"], "One value is expected"),
    ],
)
def test_what_a_form_cannot_send_is_refused(kind: FieldKind, raw: RawInput, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        read(field(kind), raw)


OPTIONS = tuple(Option(key=f"k{at}", label=f"Label {at}", value=at) for at in range(25))


@pytest.mark.parametrize("typed", ["k3", "Label 3", " k3 ", " Label 3"])
def test_an_option_is_chosen_by_its_key_or_its_label(typed: str) -> None:
    assert read(field(FieldKind.CHOICE, options=OPTIONS), typed) == 3
    assert read(field(FieldKind.CHOICES, options=OPTIONS), [typed, "k4"]) == [3, 4]
    assert read(field(FieldKind.MULTILINE, options=OPTIONS), f"{typed}\n\nk4") == [3, 4]


@pytest.mark.parametrize(("count", "end"), [(20, "Label 19"), (21, "Label 19, …")])
def test_of_many_options_twenty_are_named_when_none_of_them_was_chosen(count: int, end: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(field(FieldKind.CHOICE, options=OPTIONS[:count]), "something else")
    assert str(refused.value).startswith("Choose one of: Label 0, Label 1, ")
    assert str(refused.value).endswith(end)


def test_several_options_are_no_answer_where_one_is_wanted() -> None:
    with pytest.raises(InvalidInput, match="Choose one of the options"):
        read(field(FieldKind.CHOICE, options=OPTIONS), ["k1", "k2"])


@pytest.mark.parametrize("typed", ["no", " No! ", "nope.", "Don\u2019t", "Not approved.\n"])
def test_a_no_is_asked_about_where_a_text_could_be_taken_for_a_yes(typed: str) -> None:
    with pytest.raises(InvalidInput, match="could be taken for a yes"):
        read(field(FieldKind.TEXT, refuses_no=True), typed)
    assert read(field(FieldKind.TEXT), typed) == typed
    assert read(field(FieldKind.TEXT, refuses_no=True), "no idea") == "no idea"


@pytest.mark.parametrize(("typed", "value"), [("just words", "just words"), ("12", 12), ("null", None)])
def test_words_are_a_text_where_json_or_a_text_is_taken(typed: str, value: Json) -> None:
    assert read(field(FieldKind.JSON, accepts_text=True), typed) == value


@pytest.mark.parametrize("typed", ["{a", " [1", '"a', "\u201ca"])
def test_what_begins_like_json_is_json_even_where_a_text_is_taken(typed: str) -> None:
    with pytest.raises(InvalidInput, match="not valid JSON"):
        read(field(FieldKind.JSON, accepts_text=True), typed)


def test_a_time_keeps_the_zone_that_it_was_shown_with() -> None:
    shown = field(FieldKind.TIME, initial="14:30:00+02:00")
    assert read(shown, "15:00") == "15:00:00+02:00"
    assert read(shown, "15:00:00+01:00") == "15:00:00+01:00"
