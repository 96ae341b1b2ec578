"""A form as a modal and back: what nobody touches comes back as it was, and what is typed keeps its type."""

import base64
import json
import zlib
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from countersign.approvals.json import Json
from countersign.interrupts import Form, FormValidationError, form_from_arguments, form_from_schema
from countersign.slack.cards.values.references import InvalidReference
from countersign.slack.forms.modal import Modal, field_errors, fit_form, form_view, submitted_values
from countersign.slack.forms.pagination import (
    CarriedInputs,
    FormStateTooLargeError,
    changed_inputs,
    decode_state,
    encode_state,
    pages,
)
from slack_local.block_kit.input_state import initial_state
from slack_local.block_kit.surfaces import view_definition

MODAL = Modal(callback_id="approval:edit", title="Edit", submit="Save", private_metadata="-")

long = ["x " * 2000, "😀" * 1700, "  \n\n" * 900]
keys = st.text(max_size=20)
texts = keys | st.sampled_from(["a\nb", "2026-11-20", *long])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=8,
)


def opened(form: Form) -> dict[str, Any]:
    """The view as Slack sends it back when nobody touched anything."""
    view = view_definition(form_view(form, MODAL), "modal")
    return {**view, "state": {"values": initial_state(view["blocks"])}}


@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking texts as long as these takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.dictionaries(keys, values, max_size=5))
@example({f"t{n}": "😀" * 3000 for n in range(20)})
@example({"text": "word " * 3000, "n": 1})
@example({f"k{n}": n for n in range(200)})
@example({f"k{n}": "word " * 100 for n in range(400)})
@example({"text": "a line of it\n" * 20_000})
def test_arguments_that_nobody_touches_come_back_as_they_were(args: Json) -> None:
    form = fit_form(form_from_arguments(args))
    assert form.read(submitted_values(form, opened(form))) == args


SCHEMA: Json = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "price": {"type": "number"},
        "urgent": {"type": "boolean"},
        "size": {"enum": ["S", "M", 3]},
        "tags": {"type": "array", "items": {"enum": ["a", "b", "c"]}},
        "on": {"type": "string", "format": "date"},
        "at": {"type": "string", "format": "time"},
        "moment": {"type": "string", "format": "date-time"},
        "mail": {"type": "string", "format": "email"},
        "site": {"type": "string", "format": "uri"},
        "lines": {"type": "array", "items": {"type": "string"}},
        "inner": {"type": "object", "properties": {"deep": {"type": "integer"}}},
    },
    "required": ["name", "count"],
}

TYPED: list[tuple[str, dict[str, Any], object]] = [
    ("name", {"type": "plain_text_input", "value": "a & <b>"}, "a & <b>"),
    ("count", {"type": "number_input", "value": "3"}, 3),
    ("price", {"type": "number_input", "value": "3.5"}, 3.5),
    ("urgent", {"type": "radio_buttons", "selected_option": {"value": "false"}}, False),
    ("size", {"type": "radio_buttons", "selected_option": {"value": "3"}}, 3),
    ("tags", {"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "c"}]}, ["a", "c"]),
    ("on", {"type": "datepicker", "selected_date": "2026-11-20"}, "2026-11-20"),
    ("at", {"type": "timepicker", "selected_time": "14:30"}, "14:30:00"),
    ("moment", {"type": "datetimepicker", "selected_date_time": 1_795_176_000}, "2026-11-20T12:00:00Z"),
    ("mail", {"type": "email_text_input", "value": "a@b.example"}, "a@b.example"),
    ("site", {"type": "url_text_input", "value": "https://a.example/"}, "https://a.example/"),
    ("lines", {"type": "plain_text_input", "value": "one\ntwo"}, ["one", "two"]),
    ("inner/deep", {"type": "number_input", "value": "7"}, 7),
]


@pytest.mark.parametrize(("name", "state", "expected"), TYPED, ids=[name for name, _, _ in TYPED])
def test_what_is_typed_keeps_its_type(name: str, state: dict[str, Any], expected: object) -> None:
    form = fit_form(form_from_schema(SCHEMA))
    view = opened(form)
    shown = {
        block["block_id"]: block["element"]["type"] for block in view["blocks"] if block["type"] == "input"
    }
    assert shown[f"/{name}"] == state["type"]
    held = view["state"]["values"]
    held["/name"] = {"value": {"type": "plain_text_input", "value": "n"}}
    held["/count"] = {"value": {"type": "number_input", "value": "1"}}
    held[f"/{name}"] = {"value": state}
    read: Any = form.read(submitted_values(form, view))
    for key in name.split("/"):
        read = read[key]
    assert read == expected
    assert type(read) is type(expected)


def test_a_choice_can_be_taken_back() -> None:
    form = fit_form(
        form_from_schema({"type": "object", "properties": {"ok": {"type": "boolean", "default": True}}})
    )
    view = opened(form)
    options = view["blocks"][0]["element"]["options"]
    left_out = {"type": "radio_buttons", "selected_option": options[-1]}
    view["state"]["values"]["/ok"] = {"value": left_out}
    assert form.read(submitted_values(form, view)) == {}


def test_errors_stand_at_inputs_that_are_there() -> None:
    form = fit_form(form_from_schema(SCHEMA))
    view = opened(form)
    with pytest.raises(FormValidationError) as raised:
        form.read(submitted_values(form, view))
    assert set(field_errors(raised.value.errors, view)) == {"/name", "/count"}
    assert field_errors({"/": "Not <this>."}, view) == {"/name": "Not &lt;this&gt;."}
    assert field_errors({"/": "Not this."}, {"blocks": []}) == {}


def test_an_error_of_another_page_names_its_field_as_the_form_does() -> None:
    page = {"blocks": [{"type": "input", "block_id": "/name"}]}
    schema: Json = {"type": "object", "properties": {"count": {"type": "integer", "title": "How many?"}}}
    with pytest.raises(FormValidationError) as raised:
        form_from_schema(schema).read({"/count": "x"})

    named = field_errors(raised.value.errors, page, raised.value.labels)
    assert named["/name"].startswith("How many?: ")
    assert field_errors({"/lines/0/unit_price": "At least 1."}, page) == {
        "/name": "Lines › 1. › Unit price: At least 1."
    }


def test_what_no_view_holds_is_edited_on_several_pages() -> None:
    args: dict[str, Json] = {f"k{n}": "word " * 100 for n in range(400)}
    form = fit_form(form_from_arguments(args))
    count = len(pages(form))
    assert count == 5
    carried: CarriedInputs = {}

    for at in range(count):
        view = view_definition(form_view(form, MODAL, at, carried), "modal")
        state = initial_state(view["blocks"])
        first = next(block["block_id"] for block in view["blocks"] if block["type"] == "input")
        state[first] = {"value": {"type": "plain_text_input", "value": f"new {at}"}}
        filled = {**view, "state": {"values": state}}
        carried = decode_state(encode_state(changed_inputs(form, carried, filled)))

    changed: Any = form.read(submitted_values(form, filled, carried))
    assert {name: text for name, text in changed.items() if text != args[name]} == {
        "k0": "new 0",
        "k90": "new 1",
        "k180": "new 2",
        "k270": "new 3",
        "k360": "new 4",
    }


def test_a_text_that_no_view_holds_is_edited_on_several_pages() -> None:
    text = "".join(f"line {n}\n" for n in range(60_000))
    form = fit_form(form_from_arguments({"text": text}))
    last = len(pages(form)) - 1
    view = view_definition(form_view(form, MODAL, last), "modal")
    state = initial_state(view["blocks"])
    end = [block["block_id"] for block in view["blocks"] if block["type"] == "input"][-1]
    state[end]["value"]["value"] += "THE END"

    read: Any = form.read(submitted_values(form, {**view, "state": {"values": state}}))

    assert read["text"].startswith(text.rstrip())
    assert read["text"].rstrip().endswith("THE END")


@pytest.mark.parametrize("packed", ["x", "!!", base64.urlsafe_b64encode(zlib.compress(b"[1]")).decode()])
def test_metadata_that_we_did_not_write_is_refused(packed: str) -> None:
    with pytest.raises(InvalidReference):
        decode_state(packed)


def test_state_that_decompresses_to_more_than_a_form_holds_is_refused() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(json.dumps({"/a": "a" * 1_000_000}).encode(), 9)).decode()
    assert len(bomb) < 3000
    with pytest.raises(InvalidReference):
        decode_state(bomb)


def test_more_than_metadata_holds_is_not_carried() -> None:
    with pytest.raises(FormStateTooLargeError):
        encode_state({"/a": Random(1).randbytes(3000).hex()})
    with pytest.raises(FormStateTooLargeError):
        encode_state({"/a": "a" * 40_000})
