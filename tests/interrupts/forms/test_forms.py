"""Forms: what each place of a schema is asked as, and what typing into it makes of the answer."""

from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.interrupts import (
    UNSET,
    FieldKind,
    FormValidationError,
    form_from_arguments,
    form_from_schema,
    parse,
)
from tests.interrupts.forms.form_fields import fields, refused, schema_of


@pytest.mark.parametrize(
    ("place", "kind", "raw", "value"),
    [
        ({"type": "string"}, FieldKind.TEXT, "<!channel> ünï", "<!channel> ünï"),
        ({"type": "string", "maxLength": 2000}, FieldKind.MULTILINE, "a\nb", "a\nb"),
        ({"type": "integer"}, FieldKind.INTEGER, " 12 ", 12),
        ({"type": "number"}, FieldKind.NUMBER, "1.5", 1.5),
        ({"type": "boolean"}, FieldKind.BOOLEAN, False, False),
        ({"enum": ["low", "high"]}, FieldKind.CHOICE, "high", "high"),
        ({"enum": [1, 2, True]}, FieldKind.CHOICE, "true", True),
        ({"oneOf": [{"const": 1, "title": "One"}, {"const": 2}]}, FieldKind.CHOICE, "1", 1),
        ({"type": "array", "items": {"enum": ["a", "b", "c"]}}, FieldKind.CHOICES, ["c", "a"], ["c", "a"]),
        ({"type": "array", "items": {"$ref": "#/$defs/level"}}, FieldKind.CHOICES, ["low"], ["low"]),
        ({"type": "array", "items": {"type": "string"}}, FieldKind.LINES, "a\n\n b \n", ["a", "b"]),
        ({"type": "array", "items": {"type": "integer"}}, FieldKind.LINES, "1\n2", [1, 2]),
        ({"type": "string", "format": "date"}, FieldKind.DATE, "2026-11-20", "2026-11-20"),
        ({"type": "string", "format": "time"}, FieldKind.TIME, "14:30", "14:30:00"),
        ({"type": "string", "format": "date-time"}, FieldKind.DATETIME, "1795185000", "2026-11-20T14:30:00Z"),
        ({"type": "string", "format": "email"}, FieldKind.EMAIL, "a@b.example", "a@b.example"),
        ({"type": "string", "format": "uri"}, FieldKind.URL, "https://b.example/x", "https://b.example/x"),
        ({"type": ["integer", "null"]}, FieldKind.INTEGER, "4", 4),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, FieldKind.INTEGER, None, None),
        ({"type": "array", "items": {"type": "object"}}, FieldKind.JSON, '[{"a": 1}]', [{"a": 1}]),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, FieldKind.JSON, "4", 4),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, FieldKind.JSON, "four", "four"),
        ({}, FieldKind.JSON, "[1]", [1]),
        ({"$ref": "#/$defs/level"}, FieldKind.CHOICE, "low", "low"),
    ],
)
def test_a_place_is_asked_as_its_kind_and_read_as_its_type(
    place: Json, kind: FieldKind, raw: Any, value: Json
) -> None:
    schema: dict[str, Json] = schema_of({"x": place}, "x")
    schema["$defs"] = {"level": {"type": "string", "enum": ["low", "high"]}}
    form = form_from_schema(schema)

    assert fields(form)["/x"].kind is kind
    answer = form.read({"/x": raw})
    assert answer == {"x": value}
    assert isinstance(answer, dict)
    assert type(answer["x"]) is type(value)


@pytest.mark.parametrize(
    ("place", "raw", "said"),
    [
        ({"type": "integer"}, "1.5", "whole number"),
        ({"type": "integer", "minimum": 3}, "2", "at least 3"),
        ({"type": "number", "exclusiveMaximum": 3}, "3", "less than 3"),
        ({"type": "number"}, "1e999", "number"),
        ({"type": "number"}, "nan", "number"),
        ({"type": "string", "maxLength": 2}, "abc", "at most 2"),
        ({"type": "string", "pattern": "^a"}, "b", "pattern"),
        ({"type": "string", "format": "email"}, "nobody", "valid email"),
        ({"type": "string", "format": "date"}, "tomorrow", "date"),
        ({"enum": ["a", "b"]}, "c", "Choose one of: a, b"),
        ({"type": "array", "items": {"type": "integer"}}, "1\nx", "whole number"),
        ({"type": "array", "items": {"type": "object"}}, "[1", "valid JSON"),
        ({"type": "array", "items": {"type": "object"}}, '["\\ud800"]', "valid JSON"),
        ({"type": "object"}, "[1]", "an object"),
        ({"type": "string"}, "", "fill this in"),
        ({"type": "boolean"}, None, "fill this in"),
    ],
)
def test_what_does_not_fit_is_reported_at_its_field(place: Json, raw: Any, said: str) -> None:
    errors = refused(form_from_schema(schema_of({"ok": {"type": "string"}, "x": place}, "x")), {"/x": raw})

    assert errors.keys() == {"/x"}
    assert said in errors["/x"]


def test_what_is_wrong_inside_a_field_is_named_in_words() -> None:
    lines: Json = {
        "type": "array",
        "items": {"type": "object", "properties": {"unit_price": {"type": "number", "minimum": 1}}},
    }
    form = form_from_schema(schema_of({"lines": lines}))

    assert refused(form, {"/lines": '[{"unit_price": 0}]'})["/lines"].startswith("Lines › 1. › Unit price: ")


def test_optional_fields_that_nobody_fills_in_stay_absent() -> None:
    place: dict[str, Json] = {
        "a": {"type": "string"},
        "b": {"type": ["integer", "null"]},
        "c": {"type": "boolean"},
    }
    inner = schema_of({"city": {"type": "string"}}, "city")
    form = form_from_schema(schema_of({**place, "to": inner}))

    assert form.read({"/a": None, "/b": "", "/c": None, "/to/city": None}) == {}
    assert form.read({"/to/city": "Rome"}) == {"to": {"city": "Rome"}}


def test_a_required_object_is_there_even_when_all_in_it_is_optional() -> None:
    form = form_from_schema(schema_of({"to": schema_of({"city": {"type": "string"}})}, "to"))

    assert form.read({"/to/city": None}) == {"to": {}}


def test_a_field_from_another_form_is_refused() -> None:
    assert refused(form_from_arguments({"a": 1}), {"/b": "2"}) == {
        "/a": "This form has changed. Please open it again."
    }


def test_a_reply_in_the_thread_is_an_answer_where_one_field_asks() -> None:
    row = parse("What is your age?").rows[0]
    number = parse("How many?", {"type": "integer"}).rows[0]
    two = parse({"question": "?"}, schema_of({"a": {"type": "string"}, "b": {"type": "string"}})).rows[0]

    answer = row.reply("42")
    assert answer is not None
    assert answer.value == "42"
    counted = number.reply("42")
    assert counted is not None
    assert counted.value == 42
    assert two.reply("42") is None
    with pytest.raises(FormValidationError):
        number.reply("many")


def test_nothing_there_is_not_null() -> None:
    assert fields(form_from_arguments({"a": None}))["/a"].raw == "null"
    assert fields(form_from_schema(schema_of({"a": {"type": "string"}})))["/a"].initial is UNSET


@pytest.mark.parametrize(
    ("title", "label"), [("t" * 150, "t" * 150), ("t" * 151, "t" * 149 + "…"), (" ", "A")]
)
def test_a_label_is_the_title_as_far_as_slack_has_room(title: str, label: str) -> None:
    form = form_from_schema(schema_of({"a": {"type": "string", "title": title}}))
    assert fields(form)["/a"].label == label
