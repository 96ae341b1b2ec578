"""Whatever parses what strangers send raises the error that it declares and no other, in bounded time.

A short run is part of the suite; `make fuzz` runs each with many more inputs.
"""

import base64
import json
import os
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countersign.approvals.policy.clock.freeze_calendar import BadCalendar
from countersign.approvals.policy.conditions import (
    BadCondition,
    ConditionFailed,
    compile_condition,
    variables,
)
from countersign.approvals.policy.reading.keys import RULE
from countersign.approvals.policy.reading.problems import PolicyError
from countersign.approvals.policy.reading.read import read_policy
from countersign.interrupts import FormValidationError, form_from_arguments, form_from_schema
from countersign.runs.project.config import GraphConfigError, read_graph_config
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

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
LIMIT = 5.0  # seconds for one input, on a busy machine; each takes milliseconds
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
    ],
)

UUID = "01234567-89ab-7def-8123-456789abcdef"
DIGEST = "a" * 64
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
DEEP = st.integers(1, 40_000).map(lambda depth: "[" * depth + "]" * depth)
NUMBERS = st.sampled_from(["1e999", "NaN", "-Infinity", "9" * 5000, "1" + "0" * 400, "0." + "1" * 5000])


@contextmanager
def bounded() -> Iterator[None]:
    start = time.process_time()
    yield
    assert time.process_time() - start < LIMIT


def mutated(good: str) -> st.SearchStrategy[str]:
    """The text with pieces cut out, doubled, or put in."""
    junk = st.sampled_from(["", ".", "/", ",", " ", "\x00", "٣", "é", "\n", good, "-1", "9" * 30]) | st.text(
        max_size=5
    )

    @st.composite
    def change(draw: st.DrawFn) -> str:
        text = good
        for _ in range(draw(st.integers(0, 4))):
            start = draw(st.integers(0, len(text)))
            end = min(start + draw(st.integers(0, 6)), len(text))
            text = text[:start] + draw(junk) + text[end:]
        return text

    return change()


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


GRAPH_CONFIG = '{"dependencies": ["."], "graphs": {"a": "./a.py:graph"}, "env": ".env"}'
ENTRIES = JSON | mutated("./a.py:graph") | st.fixed_dictionaries({"path": JSON | mutated("./a.py:graph")})
CONFIGS = st.one_of(
    mutated(GRAPH_CONFIG),
    JSON.map(json.dumps),
    DEEP,
    NUMBERS,
    st.fixed_dictionaries(
        {"graphs": JSON | st.dictionaries(st.text(max_size=12), ENTRIES, max_size=2)},
        optional={
            "dependencies": JSON
            | st.lists(st.sampled_from([".", "./x", "\x00", "a" * 5000, "langgraph"]) | JSON),
            "context": JSON,
            "store": JSON | st.fixed_dictionaries({}, optional={"index": JSON, "ttl": JSON}),
            "checkpointer": JSON | st.fixed_dictionaries({}, optional={"serde": JSON, "ttl": JSON}),
        },
    ).map(json.dumps),
)


@fuzzed
@given(text=CONFIGS)
def test_a_langgraph_json(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.py").touch()
    file = tmp_path / "langgraph.json"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with bounded():
        try:
            config = read_graph_config(file)
        except GraphConfigError:
            return
    assert config.specs


POLICY = """
[defaults]
approvers = "members"

[[rule]]
name = "large"
graph = "shop"
action = ["refund*", "pay"]
when = "args.amount > 100.0"
quorum = 2
expire_after = "2h"
hours = {days = "Mon-Fri", from = "09:00", to = "18:00", zone = "Europe/Berlin", holidays = "DE"}
approvers = [{users = ["U0BOB00001"], count = 1}, {group = "@finance"}]
"""
KEYS = st.sampled_from([*RULE, "x"])


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value) if value is not None else "''"


POLICIES = st.one_of(
    mutated(POLICY),
    st.text(max_size=60),
    DEEP.map(lambda text: f"a = {text}"),
    NUMBERS.map(lambda text: f"[[rule]]\nname = 'a'\nquorum = {text}"),
    st.dictionaries(KEYS, JSON, max_size=5).map(
        lambda rule: "[[rule]]\n" + "\n".join(f"{key} = {toml(item)}" for key, item in rule.items())
    ),
)


def load(path: str) -> str:
    raise BadCalendar(f"there is no {path}")


@fuzzed
@given(text=POLICIES)
def test_a_policy_file(text: str) -> None:
    with bounded():
        try:
            policy = read_policy(text, load)
        except PolicyError:
            return
    assert policy.fallback.approvers


CONDITIONS = st.one_of(
    mutated("args.amount > 100.0 && action == 'pay'"),
    mutated("args.items.exists(x, x.price * 2 > 5) || requester.id in ['U1']"),
    st.text(max_size=40),
    st.integers(1, 900).map(lambda depth: "(" * depth + "true" + ")" * depth),
    st.integers(1, 900).map(lambda depth: "!" * depth + "true"),
    st.integers(1, 20).map(lambda depth: "[1].all(x, " * depth + "true" + ")" * depth),
    st.sampled_from(["args.matches('(a+)+$')", "1/0 == 1", "args[0][0][0] == 1", "string(args) == ''"]),
)


@fuzzed
@given(
    source=CONDITIONS,
    args=JSON | st.integers(1, 300).map(lambda depth: json.loads("[" * depth + "]" * depth)),
)
def test_a_condition_and_what_it_sees(source: str, args: Any) -> None:
    with bounded():
        seen = variables(
            args=args,
            action="pay",
            graph="shop",
            channel="#x",
            channel_id="C1",
            requester={"id": "U1", "groups": []},
        )
        try:
            held = compile_condition(source).holds(seen)
        except (BadCondition, ConditionFailed):
            return
    assert isinstance(held, bool)
