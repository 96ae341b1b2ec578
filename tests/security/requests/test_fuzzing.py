"""Whatever parses what strangers send raises the error that it declares and no other, in bounded time.

A short run is part of the suite; `make fuzz` runs each with many more inputs.
"""

import base64
import json
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from countersign.interrupts import FormValidationError, form_from_arguments, form_from_schema
from countersign.slack.cards.values.references import (
    CardReference,
    InvalidReference,
    ModalReference,
    RowsReference,
)
from countersign.slack.forms.input_elements import ACTION_ID
from countersign.slack.forms.modal import submitted_values
from countersign.slack.forms.pagination import MAX_STATE_BYTES, changed_inputs, decode_state, inputs_of
from countersign.slack.transport.inbound.http import MalformedRequest, _decode
from countersign.slack.transport.inbound.signature import SignatureRejected, SignatureVerifier
from tests.security.requests.fuzzed_values import DEEP, JSON, NUMBERS, bounded, fuzzed, mutated

UUID = "01234567-89ab-7def-8123-456789abcdef"
DIGEST = "a" * 64


REFERENCES: list[tuple[Callable[[object], object], str]] = [
    (CardReference.unpack, f"{UUID}.0.{DIGEST}"),
    (RowsReference.unpack, f"{UUID}.0,1,2.{DIGEST}"),
    (ModalReference.unpack, f"{UUID}.0.{DIGEST}/C0GENERAL0/1.000002/0"),
]


@pytest.mark.parametrize(("unpack", "good"), REFERENCES, ids=["card", "rows", "modal"])
@fuzzed
@given(data=st.data())
def test_button_values_and_metadata(unpack: Callable[[object], Any], good: str, data: st.DataObject) -> None:
    value = data.draw(mutated(good) | JSON)
    with bounded():
        try:
            read = unpack(value)
        except InvalidReference:
            return
    assert read.pack() == value


@fuzzed
@given(
    text=st.one_of(
        mutated(base64.urlsafe_b64encode(zlib.compress(b'{"/a": "b"}')).decode()),
        JSON.map(lambda value: base64.urlsafe_b64encode(zlib.compress(json.dumps(value).encode())).decode()),
        DEEP.map(lambda text: base64.urlsafe_b64encode(zlib.compress(text.encode())).decode()),
        st.just(base64.urlsafe_b64encode(zlib.compress(b'"' + b" " * 50_000_000 + b'"')).decode()),
    )
)
def test_the_state_that_a_form_carries(text: str) -> None:
    with bounded():
        try:
            carried = decode_state(text)
        except InvalidReference:
            return
    assert len(json.dumps(carried)) <= 6 * MAX_STATE_BYTES


FORM = form_from_schema(
    {
        "type": "object",
        "properties": {
            "a": {"type": "string"},
            "b": {"type": "integer"},
            "c": {"enum": ["x", "y"]},
            "d": {"type": "array", "items": {"enum": ["x", "y"]}},
            "e": {"type": "boolean"},
            "f": {"type": "string", "format": "date"},
        },
        "required": ["a"],
    }
)
ARGUMENTS = form_from_arguments(
    {"text": "word " * 2000, "n": 5, "flag": True, "deep": {"a": [1, {"b": None}]}}
)
BLOCK_IDS = [
    each.block_id for form in (FORM, ARGUMENTS) for field in form.fields for each in inputs_of(field)
]
INPUT_TYPES = (
    *("plain_text_input", "number_input", "static_select", "radio_buttons", "checkboxes"),
    *("datepicker", "timepicker", "datetimepicker", "multi_static_select"),
)
STATE = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(INPUT_TYPES) | JSON,
        "value": JSON | NUMBERS | DEEP,
        "selected_option": JSON | st.fixed_dictionaries({"value": JSON}),
        "selected_options": JSON | st.lists(st.fixed_dictionaries({"value": JSON}), max_size=3),
        "selected_date": JSON,
    },
)
VIEWS = JSON.filter(lambda value: isinstance(value, dict)) | st.fixed_dictionaries(
    {
        "state": JSON
        | st.fixed_dictionaries(
            {
                "values": JSON
                | st.dictionaries(
                    st.sampled_from(BLOCK_IDS),
                    JSON | st.fixed_dictionaries({ACTION_ID: STATE | JSON}),
                    max_size=4,
                )
            }
        )
    }
)


@fuzzed
@given(
    view=VIEWS,
    carried=st.dictionaries(st.sampled_from(BLOCK_IDS), st.none() | st.text(max_size=9), max_size=3),
)
def test_what_a_form_submits(view: dict[str, Any], carried: dict[str, str | None]) -> None:
    for form in (FORM, ARGUMENTS):
        with bounded():
            try:
                changed_inputs(form, carried, view)
                form.read(submitted_values(form, view, carried))
            except (InvalidReference, FormValidationError):
                continue


BODIES = st.one_of(
    st.binary(max_size=60),
    JSON.map(lambda value: json.dumps(value).encode()),
    JSON.map(lambda value: b"payload=" + quote_from_bytes(json.dumps(value).encode()).encode()),
    DEEP.map(str.encode),
    DEEP.map(lambda text: b"payload=" + text.encode()),
    NUMBERS.map(str.encode),
    st.just(b"a=b&" * 200_000),
    st.just(b"%" * 300_000),
)
_JSON_TYPE = "application/json"
KINDS = st.sampled_from(
    [
        *(_JSON_TYPE, "application/x-www-form-urlencoded", "text/plain", "", "x"),
        *(f"{_JSON_TYPE}; charset={charset}" for charset in ("utf-7", "utf8", "\x7f", "unknown")),
        "multipart/form-data; boundary=x",
    ]
)


@fuzzed
@given(body=BODIES, kind=KINDS)
def test_a_signed_body(body: bytes, kind: str) -> None:
    request: web.Request = make_mocked_request("POST", "/slack/events", headers={"content-type": kind})
    with bounded():
        try:
            text = _decode(request, body)
        except MalformedRequest:
            return
    assert text == body.decode()


HEADERS = st.dictionaries(
    st.sampled_from(["x-slack-request-timestamp", "x-slack-signature", "x-slack-bolt-x"]),
    st.lists(st.text(max_size=20) | NUMBERS | mutated("1700000000") | mutated("v0=" + DIGEST), max_size=2),
)


@fuzzed
@given(headers=HEADERS, body=st.binary(max_size=30))
def test_the_headers_of_a_signature(headers: dict[str, list[str]], body: bytes) -> None:
    verifier = SignatureVerifier("a-secret-that-is-long-enough", clock=lambda: 1_700_000_000.0)
    with bounded(), pytest.raises(SignatureRejected):
        verifier.verify(verifier.read_headers(headers), body)
