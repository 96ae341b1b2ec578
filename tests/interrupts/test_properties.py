"""What must hold whatever a graph sends: nothing raises, nothing is lost, nothing changes by being shown."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import (
    Form,
    FormValidationError,
    InvalidDecision,
    Part,
    ReviewRequest,
    digest,
    escape_invisible,
    form_from_arguments,
    form_from_schema,
    json_diff,
    pages,
    parse,
    resume_value,
    sections,
    single_line,
    to_json,
)
from countersign.interrupts.display.scalars import scalar_text
from countersign.interrupts.json_values.equality import json_equal
from countersign.interrupts.validation.schema import compile_schema
from tests.interrupts.strategies import ANY_SCHEMA, JSON, OBJECT, PAYLOAD, RAW

few = settings(
    max_examples=30,
    deadline=timedelta(seconds=5),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def untouched(form: Form) -> dict[str, Any]:
    return {field.pointer: field.raw for field in form.fields}


_STRUCTURE = {
    "action_requests",
    "action_request",
    "tool_call",
    "type",
    "name",
    "args",
    "question",
    "description",
}
_STRUCTURE |= {"query", "task", "action", "arguments", "instruction", "title", "message", "prompt"}
_STRUCTURE |= {"summary", "details", "options", "choices", "actions", "allowed_responses"}
_DECISIONS = {"review_configs", "allowed_decisions", "config"}  # what they say is which buttons there are


def leaves(value: Json, *, own: bool) -> Iterator[str]:
    """Every key and value that people must see; `own` spares the words of a dialect, which say how to ask."""
    if isinstance(value, dict):
        for key, item in value.items():
            if own and (key in _DECISIONS or item == "tool_approval"):
                continue
            if not (own and key in _STRUCTURE):
                yield key
            yield from leaves(item, own=own)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, own=own)
    elif value is not None:
        yield value if isinstance(value, str) else scalar_text(value)


def shown(request: ReviewRequest) -> str:
    parts = [part for row in request.rows for part in row.parts]
    texts = [section.label + "\n" + section.text for section in sections(parts, 10**9)]
    names = [single_line(row.action or "") for row in request.rows]
    buttons = [option.label for row in request.rows for option in row.options]
    return "\n".join([request.title, request.description or "", *names, *texts, *buttons])


@few
@given(PAYLOAD, ANY_SCHEMA)
def test_any_payload_with_any_schema_is_a_request_that_someone_can_answer(
    payload: Json, schema: Json
) -> None:
    for request in (parse(payload), parse(payload, schema)):
        assert request.rows
        assert all(row.allowed for row in request.rows)
        assert len(request.title) <= 150
        assert "\n" not in request.title
        assert len(request.description or "") <= 500
        for row in request.rows:
            assert row.forms.keys() <= row.allowed
            for form in row.forms.values():
                assert form.fields
                assert len({field.pointer for field in form.fields}) == len(form.fields)
                assert all(1 <= len(field.pointer) <= 255 for field in form.fields)


@few
@given(OBJECT)
def test_arguments_come_back_from_an_untouched_form(args: dict[str, Json]) -> None:
    form = form_from_arguments(args)

    assert json_equal(form.read(untouched(form)), args)
    assert json_diff(args, form.read(untouched(form))) == ()


@few
@given(OBJECT, ANY_SCHEMA)
def test_arguments_come_back_whatever_their_schema_says(args: dict[str, Json], schema: Json) -> None:
    form = form_from_arguments(args, schema)
    try:
        value = form.read(untouched(form))
    except FormValidationError:
        assert compile_schema(schema).errors(args)  # the model's own call breaks the tool's schema
    else:
        added = [change.pointer for change in json_diff(args, value)]
        assert all(pointer in {container.pointer for container in form.required_objects} for pointer in added)


@few
@given(OBJECT)
def test_half_of_a_form_changes_nothing_in_the_other_half(args: dict[str, Json]) -> None:
    form = form_from_arguments(args)
    half = {pointer: raw for pointer, raw in untouched(form).items() if random.Random(pointer).random() < 0.5}

    assert json_equal(form.read(half), args)


@few
@given(JSON, ANY_SCHEMA)
def test_what_a_schema_form_reads_fits_the_schema(present: Json, schema: Json) -> None:
    form = form_from_schema(schema, present)
    places: set[str] = set()
    try:
        value = form.read(untouched(form))
    except FormValidationError as refusal:
        places = set(refusal.errors)
    else:
        assert not compile_schema(schema).errors(value)

    assert places <= {field.pointer for field in form.fields}


@few
@given(OBJECT, ANY_SCHEMA, st.data())
def test_whatever_is_typed_is_a_value_that_fits_or_an_error_at_a_field(
    args: dict[str, Json], schema: Json, data: st.DataObject
) -> None:
    for form in (form_from_arguments(args, schema), form_from_schema(schema, args)):
        raw = {field.pointer: data.draw(RAW) for field in form.fields}
        errors: dict[str, str] = {}
        try:
            value = form.read(raw)
        except FormValidationError as refusal:
            errors = refusal.errors
        else:
            assert not compile_schema(schema).errors(value)
            assert to_json(value) == value

        assert errors.keys() <= raw.keys()
        assert all(0 < len(text) <= 3000 for text in errors.values())


@few
@given(PAYLOAD, ANY_SCHEMA)
def test_every_allowed_decision_has_a_resume_value_that_fits(payload: Json, schema: Json) -> None:
    for asked in (None, schema):
        request = parse(payload, asked)
        rows = len(request.rows)
        for kind in request.rows[0].allowed:
            if not all(kind in row.allowed for row in request.rows):
                continue
            try:
                decisions = [row.decide(kind, answers(row.forms.get(kind))) for row in request.rows]
                value = resume_value(request, decisions)
            except (FormValidationError, InvalidDecision):
                # a required field without a value, or a schema that refuses what its own payload asks for
                assert kind is not DecisionKind.APPROVE or asked is not None
                continue
            assert asked is None or not compile_schema(asked).errors(value)
            with pytest.raises(InvalidDecision):
                resume_value(request, [*decisions, decisions[0]])
            assert len(decisions) == rows


def answers(form: Form | None) -> dict[str, Any] | None:
    if form is None:
        return None
    return {
        field.pointer: "some words" if field.raw is None and field.required else field.raw
        for field in form.fields
    }


@few
@given(PAYLOAD)
def test_forbidden_decisions_are_refused(payload: Json) -> None:
    request = parse(payload)
    for kind in set(DecisionKind) - request.rows[0].allowed:
        with pytest.raises(FormValidationError):
            request.rows[0].decide(kind)


@few
@given(PAYLOAD)
def test_the_whole_payload_is_shown(payload: Json) -> None:
    request = parse(payload)
    text = squeezed(shown(request))

    for leaf in leaves(payload, own=request.dialect != "anything_else"):
        for line in escape_invisible(leaf).split("\n"):
            assert squeezed(line) in text


def squeezed(text: str) -> str:
    """Without blanks, case and underscores: keys are shown in words."""
    return "".join(text.split()).replace("_", "").casefold()


@few
@given(JSON)
def test_the_digest_does_not_depend_on_the_order_of_keys(value: Json) -> None:
    assert digest(value) == digest(shuffled(value))
    assert digest(value) == digest(json.loads(json.dumps(value)))
    assert digest(value, {"type": "string"}) != digest(value)


def shuffled(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(list(value))}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


@few
@given(JSON, JSON)
def test_different_values_have_different_digests(one: Json, other: Json) -> None:
    assert (digest(one) == digest(other)) == json_equal(one, other)


@few
@given(JSON)
def test_json_stays_what_it_is(value: Json) -> None:
    plain = to_json(value)

    assert plain == to_json(plain)
    assert plain == value


@few
@given(JSON, JSON)
def test_changes_name_what_differs(before: Json, after: Json) -> None:
    assert (json_diff(before, after) == ()) == json_equal(before, after)


@few
@given(OBJECT)
def test_pages_hold_everything_and_are_no_longer_than_allowed(value: dict[str, Json]) -> None:
    parts = [Part(label=key, value=item) for key, item in value.items()]
    whole = "".join(section.text for section in sections(parts, 10**9))

    for size in (400, 3000):
        split = pages(parts, size)
        assert all(sum(len(s.label) + len(s.text) for s in page) <= size for page in split)
        assert "".join(section.text for page in split for section in page) == whole
    assert joined(sections(parts, 7)) == whole


def joined(all_sections: Sequence[Any]) -> str:
    return "".join(section.text for section in all_sections)
