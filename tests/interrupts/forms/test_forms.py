"""Forms: what each place of a schema or a value is asked as, and what typing into it makes of the answer."""

from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.interrupts import (
    UNSET,
    Field,
    FieldKind,
    Form,
    FormValidationError,
    form_from_arguments,
    form_from_schema,
    parse,
)


def fields(form: Form) -> dict[str, Field]:
    return {field.pointer: field for field in form.fields}


def refused(form: Form, raw: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(FormValidationError) as refusal:
        form.read(raw)
    return refusal.value.errors


def schema_of(properties: dict[str, Json], *required: str) -> dict[str, Json]:
    return {"type": "object", "properties": properties, "required": list(required)}


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


def test_text_that_hides_something_is_edited_as_json_with_escapes() -> None:
    field = fields(form_from_arguments({"path": "safe\u202egpj.exe"}))["/path"]

    assert field.kind is FieldKind.JSON
    assert field.raw == '"safe\\u202egpj.exe"'


def test_a_field_longer_than_an_input_says_so_and_is_kept_if_left_out() -> None:
    form = form_from_arguments({"body": "x" * 3001, "to": "bob"})

    assert [field.pointer for field in form.fields if field.exceeds_input] == ["/body"]
    assert form.read({"/to": "ann"}) == {"body": "x" * 3001, "to": "ann"}


def test_many_fields_come_in_pages_and_even_more_as_json() -> None:
    form = form_from_arguments({f"k{at}": at for at in range(250)})
    huge = form_from_arguments({f"k{at}": at for at in range(501)})

    assert [len(page) for page in form.pages(95)] == [95, 95, 60]
    assert [field.pointer for field in huge.fields] == ["/"]
    assert huge.note
    assert huge.fields[0].exceeds_input


def test_long_enums_are_typed_and_checked() -> None:
    form = form_from_schema(schema_of({"x": {"enum": [f"city {at}" for at in range(101)]}}, "x"))

    assert fields(form)["/x"].kind is FieldKind.TEXT
    assert form.read({"/x": "city 100"}) == {"x": "city 100"}
    assert "Choose one of" in refused(form, {"/x": "city 101"})["/x"]


def test_a_recursive_schema_ends_in_json() -> None:
    node = schema_of({"name": {"type": "string"}, "next": {"$ref": "#/$defs/node"}}, "name")
    form = form_from_schema({"$ref": "#/$defs/node", "$defs": {"node": node}})

    assert {pointer: field.kind for pointer, field in fields(form).items()} == {
        "/name": FieldKind.TEXT,
        "/next": FieldKind.JSON,
    }
    assert form.read({"/name": "a", "/next": '{"name": "b"}'}) == {"name": "a", "next": {"name": "b"}}
    assert refused(form, {"/name": "a", "/next": '{"name": 1}'}).keys() == {"/next"}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "no such type"},
        {"$ref": "#"},
        {"properties": 7},
        {"$ref": "http://127.0.0.1:9/s.json"},
        7,
        "x",
        [],
    ],
)
def test_a_schema_that_is_none_becomes_one_json_field_with_a_note(schema: Json) -> None:
    form = form_from_schema(schema)

    assert [field.kind for field in form.fields] == [FieldKind.JSON]
    assert form.note
    assert form.read({"/": '{"a": 1}'}) == {"a": 1}
    assert form.read({"/": "just words"}) == "just words"


def test_an_enormous_schema_still_judges() -> None:
    form = form_from_schema(schema_of({f"p{at}": {"type": "integer"} for at in range(5000)}, "p1"))

    assert [field.pointer for field in form.fields] == ["/"]
    assert form.read({"/": '{"p1": 1}'}) == {"p1": 1}
    assert "whole number" in refused(form, {"/": '{"p1": "x"}'})["/"]


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
