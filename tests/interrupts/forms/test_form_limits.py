"""Forms of what is too long, too much or too deep for Slack, and of schemas that are none."""

import pytest

from countersign.approvals.json import Json
from countersign.interrupts import (
    FieldKind,
    form_from_arguments,
    form_from_schema,
)
from tests.interrupts.forms.form_fields import fields, refused, schema_of


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
