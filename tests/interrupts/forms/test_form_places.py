"""Which places get a field of their own, of which kind, and what an untouched or emptied input gives."""

from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.interrupts import UNSET, InvalidDecision, form_from_arguments, form_from_schema
from countersign.interrupts.forms.field import Field, FieldKind, Option
from countersign.interrupts.forms.form import Form
from countersign.interrupts.forms.input_parsing import InvalidInput, read
from countersign.interrupts.forms.kind_inference import fits, kind_from_value
from countersign.interrupts.json_values.conversion import to_json


def places(form: Form) -> list[str]:
    return [field.pointer for field in form.fields]


@pytest.mark.parametrize(
    ("schema", "present", "expected"),
    [
        ({"type": "object", "properties": {"a": {}}}, {"a": 1, "b": 2}, ["/a"]),
        ({"type": "object", "properties": {"a": {}, "c": {}}}, UNSET, ["/a", "/c"]),
        ({"type": "object", "properties": {"": {}}}, UNSET, ["/"]),
        ({"properties": {"a": {"properties": {"": {}}}}}, UNSET, ["/a/"]),
        ({"type": "array", "properties": {"a": {}}}, UNSET, ["/"]),
        ({"properties": {"a": {}}, "oneOf": [{}, {"required": ["a"]}]}, UNSET, ["/"]),
        ({"properties": {"a": {}}, "oneOf": [{}, {"required": ["a"]}]}, {"a": 1}, ["/a"]),
        ({"properties": {"a" * 254: {}}}, UNSET, ["/" + "a" * 254]),
        ({"properties": {"a" * 255: {}}}, UNSET, ["/"]),
    ],
)
def test_a_form_of_a_schema_has_a_field_for_each_place_that_it_names(
    schema: Json, present: Any, expected: list[str]
) -> None:
    assert places(form_from_schema(schema, present)) == expected


def test_arguments_have_fields_for_all_that_is_there_and_for_what_the_schema_adds() -> None:
    schema: Json = {"type": "object", "properties": {"a": {}, "c": {}}}
    assert places(form_from_arguments({"a": 1, "b": {"x": 1}}, schema)) == ["/a", "/c", "/b/x"]


def nested(levels: int) -> dict[str, Json]:
    value: Json = 1
    for _ in range(levels):
        value = {"a": value}
    assert isinstance(value, dict)
    return value


def test_eight_levels_are_taken_apart_and_a_ninth_is_json() -> None:
    (eighth,), (ninth,) = (form_from_arguments(nested(levels)).fields for levels in (8, 9))
    assert (eighth.pointer, eighth.kind) == ("/a" * 8, FieldKind.NUMBER)
    assert (ninth.pointer, ninth.kind) == ("/a" * 8, FieldKind.JSON)


def test_five_hundred_fields_are_a_form_and_one_more_is_one_field_of_json() -> None:
    def of(count: int) -> Form:
        return form_from_arguments({f"f{number}": number for number in range(count)})

    assert len(of(500).fields) == 500
    assert places(of(501)) == ["/"]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, FieldKind.BOOLEAN),
        (0, FieldKind.NUMBER),
        (1.5, FieldKind.NUMBER),
        ("x" * 150, FieldKind.TEXT),
        ("x" * 151, FieldKind.MULTILINE),
        ("a\nb", FieldKind.MULTILINE),
        ("a\u200bb", FieldKind.JSON),
        (["a", "b"], FieldKind.LINES),
        ([], FieldKind.JSON),
        (["a", 1], FieldKind.JSON),
        ([" a"], FieldKind.JSON),
        (["a\nb"], FieldKind.JSON),
        ([""], FieldKind.JSON),
        (None, FieldKind.JSON),
        ({}, FieldKind.JSON),
    ],
)
def test_the_kind_of_a_value(value: Json, kind: FieldKind) -> None:
    assert kind_from_value(value) is kind


@pytest.mark.parametrize(
    ("kind", "shown", "not_shown"),
    [
        (FieldKind.BOOLEAN, [True, False], [0, "true", None]),
        (FieldKind.INTEGER, [0, -5], [True, 1.5, "5"]),
        (FieldKind.NUMBER, [0, 1.5], [False, "5", None]),
        (FieldKind.TEXT, ["", "x" * 150], ["x" * 151, "a\nb", "a\u200b", 5]),
        (FieldKind.MULTILINE, ["a\nb", "x" * 1000], ["a\u200b", 5]),
        (FieldKind.LINES, [[], ["a", 1, 1.5]], [["a\nb"], [" a"], [True], [None], [""], "a"]),
        (FieldKind.DATE, ["2026-11-26"], ["20261126", "2026-W48-4", "26.11.2026", ""]),
        (FieldKind.TIME, ["14:30", "14:30:05", "04:30+01:00"], ["14", "1430", "noon", "14:3"]),
        (
            FieldKind.DATETIME,
            ["2026-11-26T14:30:00Z", "2001-09-09T01:46:40Z", "2286-11-20T17:46:39Z"],
            ["2026-11-26T14:30:00", "2001-09-09T01:46:39Z", "2286-11-20T17:46:40Z", "noon"],
        ),
        (FieldKind.EMAIL, ["a@example.org"], ["a", "a\u200b@example.org"]),
        (
            FieldKind.URL,
            ["https://example.org", "http://example.org/a"],
            ["ftp://example.org", "example.org"],
        ),
        (FieldKind.JSON, [None, {}, "x"], []),
        (FieldKind.CHOICE, [], ["a"]),
    ],
)
def test_which_values_an_input_shows_in_full(
    kind: FieldKind, shown: list[Json], not_shown: list[Json]
) -> None:
    assert [value for value in shown if not fits(kind, value)] == []
    assert [value for value in not_shown if fits(kind, value)] == []


def field(kind: FieldKind, **more: Any) -> Field:
    return Field(pointer="/", label="", kind=kind, **more)


OPTIONS = tuple(Option(key=str(number), label=f"Option {number}", value=number * 10) for number in range(30))


@pytest.mark.parametrize(
    ("given", "raw", "value"),
    [
        (field(FieldKind.TEXT, initial="a\nb"), "a\r\nb", "a\nb"),
        (field(FieldKind.TEXT, initial=""), None, ""),
        (field(FieldKind.TEXT, initial="x", when_empty=""), None, ""),
        (field(FieldKind.TEXT, initial="x", when_empty=""), "", ""),
        (field(FieldKind.BOOLEAN, initial=False), False, False),
        (field(FieldKind.BOOLEAN, initial=False), True, True),
        (field(FieldKind.CHOICES, options=OPTIONS, initial=[10, 0]), ["0", "1"], [10, 0]),
        (field(FieldKind.CHOICES, options=OPTIONS), ["2", "1"], [20, 10]),
        (field(FieldKind.MULTILINE, options=OPTIONS), "Option 1\n\n 2 ", [10, 20]),
        (field(FieldKind.CHOICE, options=OPTIONS), "Option 3", 30),
        (field(FieldKind.CHOICE, options=OPTIONS), " 3 ", 30),
        (field(FieldKind.LINES), " a \n\n b", ["a", "b"]),
        (field(FieldKind.LINES, items=FieldKind.INTEGER), "1\n2", [1, 2]),
        (field(FieldKind.INTEGER), " +5 ", 5),
        (field(FieldKind.INTEGER), "9" * 300, int("9" * 300)),
        (field(FieldKind.NUMBER), "5", 5),
        (field(FieldKind.NUMBER), ".5", 0.5),
        (field(FieldKind.NUMBER), "5.", 5.0),
        (field(FieldKind.NUMBER), "1e3", 1000.0),
        (field(FieldKind.BOOLEAN), " Y ", True),
        (field(FieldKind.BOOLEAN), "no", False),
        (field(FieldKind.TIME, initial="04:30+01:00"), "14:30", "14:30:00+01:00"),
        (field(FieldKind.TIME), "14:30", "14:30:00"),
        (field(FieldKind.TIME, initial="04:30+01:00"), "14:30Z", "14:30:00+00:00"),
        (field(FieldKind.DATETIME), "1764172800", "2025-11-26T16:00:00Z"),
        (field(FieldKind.DATE), " 2026-11-26 ", "2026-11-26"),
        (field(FieldKind.JSON), "{“a”:\u00a01}", {"a": 1}),
        (field(FieldKind.JSON), '{"a\u00a0b":\u00a01}', {"a\u00a0b": 1}),
        (field(FieldKind.JSON, accepts_text=True), "words", "words"),
        (field(FieldKind.JSON, accepts_text=True), "5", 5),
        (field(FieldKind.TEXT, json_text=True), "{“a”: 1}", '{"a": 1}'),
        (field(FieldKind.TEXT, refuses_no=True), "no way out", "no way out"),
    ],
)
def test_what_an_input_gives(given: Field, raw: Any, value: Json) -> None:
    assert read(given, raw) == value
    assert type(read(given, raw)) is type(value)


@pytest.mark.parametrize(
    ("given", "raw", "why"),
    [
        (field(FieldKind.TEXT, required=True), None, "Please fill this in"),
        (field(FieldKind.TEXT, required=True), "", "Please fill this in"),
        (field(FieldKind.TEXT), True, "not a yes-or-no field"),
        (field(FieldKind.TEXT), ["a"], "One value is expected"),
        (field(FieldKind.CHOICE, options=OPTIONS), ["1"], "Choose one of the options"),
        (field(FieldKind.CHOICE, options=OPTIONS), "x", "Option 19, …"),
        (field(FieldKind.CHOICE, options=OPTIONS[:20]), "x", "Option 19$"),
        (field(FieldKind.INTEGER), "9" * 301, "whole number"),
        (field(FieldKind.INTEGER), "5.0", "whole number"),
        (field(FieldKind.INTEGER), "５", "whole number"),
        (field(FieldKind.NUMBER), "1e999", "a number"),
        (field(FieldKind.NUMBER), "５.5", "a number"),
        (field(FieldKind.BOOLEAN), "maybe", "yes or no"),
        (field(FieldKind.DATE), "26.11.2026", "a date"),
        (field(FieldKind.TIME), "noon", "a time"),
        (field(FieldKind.DATETIME), "9" * 12, "a date and time"),
        (field(FieldKind.JSON), '{"a": }', r"line 1, column 7"),
        (field(FieldKind.JSON), "NaN", "not valid JSON.$"),
        (field(FieldKind.JSON), "1e999", "not valid JSON.$"),
        (field(FieldKind.JSON), '"\\ud800"', "not valid JSON"),
        (field(FieldKind.JSON, accepts_text=True), " {broken", "not valid JSON"),
        (field(FieldKind.JSON, accepts_text=True), "“broken", "not valid JSON"),
        (field(FieldKind.TEXT, json_text=True), "words", "not valid JSON"),
        (field(FieldKind.TEXT, refuses_no=True), " No! ", "could be taken for a yes"),
        (field(FieldKind.TEXT, refuses_no=True), "don\u2019t.", "could be taken for a yes"),
    ],
)
def test_why_an_input_is_refused(given: Field, raw: Any, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        read(given, raw)


def test_a_refused_decision_says_which_row_and_why() -> None:
    error = InvalidDecision(2, {"/a": "This is required.", "/b": "Too long."})
    assert str(error) == "row 2: /a: This is required.; /b: Too long."


def test_what_is_deeper_than_64_levels_is_written_as_a_line() -> None:
    value: Any = {"last": [1, (2, "x")], "more": {}}
    for _ in range(64):
        value = [value]

    found = to_json(value)
    for _ in range(64):
        assert isinstance(found, list)
        (found,) = found

    assert found == "{last: [1, [2, x, ], ], more: {}, }"
