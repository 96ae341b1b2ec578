"""What a form is prefilled with, and that what nobody touched stays as it was."""

from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.interrupts import (
    FieldKind,
    FormValidationError,
    form_from_arguments,
    form_from_schema,
)
from tests.interrupts.forms.form_fields import fields, refused, schema_of


def test_defaults_and_the_payloads_values_are_prefilled() -> None:
    schema = schema_of(
        {"name": {"type": "string"}, "seats": {"type": "integer", "default": 2}, "day": {"type": "string"}}
    )
    form = form_from_schema(schema, {"name": "Ann", "day": [7], "other": "left out"})

    assert {pointer: field.raw for pointer, field in fields(form).items()} == {
        "/name": "Ann",
        "/seats": "2",
        "/day": None,
    }
    assert form.read({"/name": "Ann", "/seats": "2", "/day": None}) == {"name": "Ann", "seats": 2}


@pytest.mark.parametrize(
    ("place", "kind", "given", "raw", "value"),
    [
        ({"type": "string"}, FieldKind.TEXT, "Ann", "Ann", "Ann"),
        ({"type": "string"}, FieldKind.TEXT, 7, "7", "7"),
        ({"type": "string", "maxLength": 500}, FieldKind.MULTILINE, "a\nb", "a\nb", "a\nb"),
        ({"type": "array", "items": {"type": "string"}}, FieldKind.LINES, ["a", "b"], "a\nb", ["a", "b"]),
        ({"type": "integer"}, FieldKind.INTEGER, 3, "3", 3),
        ({"type": "integer"}, FieldKind.INTEGER, "3", "3", 3),
        ({"type": "number"}, FieldKind.NUMBER, "0.5", "0.5", 0.5),
        ({"type": "number"}, FieldKind.NUMBER, 2, "2", 2),
        ({"type": "string", "format": "decimal"}, FieldKind.DECIMAL, 12.5, "12.5", "12.5"),
        ({"type": "string", "format": "decimal"}, FieldKind.DECIMAL, 40, "40", "40"),
        ({"type": "string", "format": "decimal"}, FieldKind.DECIMAL, "0.10", "0.10", "0.10"),
        ({"type": "boolean"}, FieldKind.BOOLEAN, False, False, False),
        ({"enum": ["S", "L"]}, FieldKind.CHOICE, "L", "L", "L"),
        ({"type": "array", "items": {"enum": ["S", "L"]}}, FieldKind.CHOICES, ["L"], ["L"], ["L"]),
        ({"type": "string", "format": "date"}, FieldKind.DATE, "2026-11-27", "2026-11-27", "2026-11-27"),
        ({"type": "string", "format": "time"}, FieldKind.TIME, "14:30", "14:30", "14:30"),
        ({"type": "string", "format": "email"}, FieldKind.EMAIL, "a@b.eu", "a@b.eu", "a@b.eu"),
        (
            {"type": "string", "format": "uri"},
            FieldKind.URL,
            "https://b.eu/",
            "https://b.eu/",
            "https://b.eu/",
        ),
        ({"type": "array"}, FieldKind.JSON, [{"a": 1}], '[\n  {\n    "a": 1\n  }\n]', [{"a": 1}]),
    ],
)
def test_a_field_of_every_kind_is_prefilled_with_what_the_payload_has_under_its_name(
    place: Json, kind: FieldKind, given: Json, raw: Any, value: Json
) -> None:
    form = form_from_schema(schema_of({"it": place}, "it"), {"it": given})

    (field,) = form.fields
    assert (field.kind, field.raw) == (kind, raw)
    assert form.read({"/it": raw}) == {"it": value}


@pytest.mark.parametrize(
    ("place", "given"),
    [
        ({"type": "integer"}, "3 nights"),
        ({"type": "integer"}, "03"),
        ({"type": "integer"}, "3.5"),
        ({"type": "number"}, "1e400"),
        ({"type": "number"}, True),
        ({"type": "boolean"}, "true"),
        ({"type": "string"}, None),
        ({"type": "string", "format": "decimal"}, "about 3"),
    ],
)
def test_what_would_become_something_else_prefills_nothing(place: Json, given: Json) -> None:
    (field,) = form_from_schema(schema_of({"it": place}, "it"), {"it": given}).fields

    assert field.raw is None


def test_of_an_object_that_does_not_fit_the_members_that_do_are_prefilled() -> None:
    place = schema_of({"city": {"type": "string"}, "floor": {"type": "integer"}}, "city", "floor")
    form = form_from_schema(schema_of({"to": place}, "to"), {"to": {"city": "Rome", "floor": "ground"}})

    assert {pointer: field.raw for pointer, field in fields(form).items()} == {
        "/to/city": "Rome",
        "/to/floor": None,
    }


def test_an_edit_puts_no_default_where_nothing_was() -> None:
    schema = schema_of({"to": {"type": "string"}, "note": {"type": "string", "default": "thanks"}}, "to")
    form = form_from_arguments({"to": "bob"}, schema)

    assert form.read({"/to": "ann", "/note": None}) == {"to": "ann"}
    assert fields(form)["/note"].hint == "Left empty: thanks"


def test_an_edit_keeps_what_the_schema_does_not_know() -> None:
    schema = schema_of({"to": {"type": "string"}}, "to")
    form = form_from_arguments({"to": "bob", "trace": {"id": 7}}, schema)

    assert form.read({"/to": "ann"}) == {"to": "ann", "trace": {"id": 7}}


def test_what_the_schema_does_not_name_has_a_field_only_where_it_is_edited() -> None:
    value: dict[str, Json] = {"to": "bob", "note": "hi"}
    known = schema_of({"to": {"type": "string"}}, "to")
    assert list(fields(form_from_arguments(value, known))) == ["/to", "/note"]
    assert list(fields(form_from_schema(known, value))) == ["/to"]


def test_a_cleared_text_is_empty_and_not_the_tools_default() -> None:
    schema = schema_of({"note": {"type": "string", "default": "thanks"}})

    assert form_from_arguments({"note": "hello"}, schema).read({"/note": None}) == {"note": ""}


@pytest.mark.parametrize("emptied", [None, ""])
def test_a_text_that_is_required_cannot_be_emptied(emptied: str | None) -> None:
    schema = schema_of({"note": {"type": "string"}}, "note")

    for form in (form_from_arguments({"note": "hello"}), form_from_arguments({"note": "hello"}, schema)):
        assert refused(form, {"/note": emptied}) == {"/note": "Please fill this in."}
        assert fields(form)["/note"].required
    blank = form_from_arguments({"note": ""})
    assert blank.read({"/note": emptied}) == {"note": ""}


@pytest.mark.parametrize(
    "args",
    [
        {"n": 1.0, "m": 10**20, "e": 1e-9},
        {"when": "2026-11-20T14:30:15+02:00"},
        {"when": "2026-11-20T14:30:15", "t": "14:30:59.5", "mail": "not one"},
        {
            "text": "a\r\nb",
            "hidden": "a\u202eb",
            "tags": ["x", "", "x "],
            "none": None,
            "empty": {},
            "list": [],
        },
        {"a": {"b": {"c~/d": [1, {"x": None}]}}},
        {"": 1, "a": 2},
        {"message": "x", "/": 1},
    ],
)
def test_what_nobody_touched_is_exactly_what_it_was(args: dict[str, Json]) -> None:
    formats = {"when": "date-time", "t": "time", "mail": "email"}
    schema = schema_of(
        {name: {"type": "string", "format": formats[name]} for name in args if name in formats}
    )
    for form in (form_from_arguments(args), form_from_arguments(args, {**schema, "title": "T"})):
        raw = {field.pointer: field.raw for field in form.fields}
        try:
            assert repr(form.read(raw)) == repr(args)
        except FormValidationError as refusal:
            assert refusal.errors.keys() == {"/mail"}  # noqa: PT017  # only this one is allowed to be refused
