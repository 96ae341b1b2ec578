"""Schemas that would keep a validator busy for ever, or break it: judged within a limit, or refused."""

import socket
from time import process_time
from typing import Any

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import (
    FormValidationError,
    InvalidDecision,
    form_from_schema,
    parse,
    resume_value,
)
from countersign.interrupts.validation import deadline, schema
from countersign.interrupts.validation.pattern_cost import can_be_compiled
from countersign.interrupts.validation.schema import MAX_DEPTH, TIMED_OUT, TOO_DEEP, compile_schema

ENDLESS = "^(a|aa)+$"
EVIL = "a" * 80 + "!"


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"pattern": ENDLESS}, EVIL),
        ({"not": {"pattern": ENDLESS}}, EVIL),
        ({"items": {"pattern": ENDLESS}}, [EVIL] * 1000),
        ({"patternProperties": {ENDLESS: {}}}, {EVIL: 1}),
        ({"patternProperties": {ENDLESS: {}}, "additionalProperties": False}, {EVIL: 1}),
        ({"patternProperties": {ENDLESS: {}}, "unevaluatedProperties": False}, {EVIL: 1}),
        ({"propertyNames": {"pattern": ENDLESS}}, {EVIL: 1}),
        (
            {
                "properties": {"x": {"$ref": "#/$defs/other"}},
                "$defs": {
                    "other": {
                        "$schema": "https://json-schema.org/draft/2020-12/schema",
                        "items": {"pattern": ENDLESS},
                    }
                },
            },
            {"x": [EVIL]},
        ),
    ],
)
def test_an_endless_pattern_is_given_up_and_the_value_refused(schema: Json, value: Json) -> None:
    assert compile_schema(schema).errors(value)["/"] == TIMED_OUT


def test_the_answer_with_an_endless_pattern_does_not_reach_the_graph() -> None:
    schema: Json = {"type": "object", "properties": {"code": {"type": "string", "pattern": ENDLESS}}}
    request = parse("Which code?", schema)

    with pytest.raises(FormValidationError) as told:
        request.rows[0].decide(DecisionKind.RESPOND, {"/code": EVIL})
    sent = Decision(kind=DecisionKind.RESPOND, value={"code": EVIL})
    with pytest.raises(InvalidDecision):
        resume_value(request, [sent])

    assert TIMED_OUT in told.value.errors.values()
    assert request.rows[0].decide(DecisionKind.RESPOND, {"/code": "aaa"}).value == {"code": "aaa"}


_NUMBERS: list[Json] = [{"a": [at, {"b": at}]} for at in range(4000)]
_MANY_NAMES: dict[str, Json] = {f"y{at}": 1 for at in range(4000)}
_MIXED: list[Json] = [item for at in range(4000) for item in (at, str(at), [at], {"a": at})]


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        ({"uniqueItems": True}, _MIXED, True),
        ({"uniqueItems": True}, [*_MIXED, {"a": 3999}], False),
        ({"uniqueItems": True}, [1, 1.0], False),
        ({"uniqueItems": True}, [1, True, "1"], True),
        ({"items": {"enum": _NUMBERS}}, _NUMBERS, True),
        ({"items": {"enum": _NUMBERS}}, [*_NUMBERS, {"a": []}], False),
        ({"enum": [1, "x"]}, 1.0, True),
        ({"enum": [1, "x"]}, True, False),
        ({"items": {"required": [f"p{at}" for at in range(4000)]}}, [{}] * 2000, False),
        (
            {"propertyNames": {"enum": [f"x{at}" for at in range(4000)]}},
            {f"y{at}": 1 for at in range(4000)},
            False,
        ),
    ],
)
def test_long_lists_are_judged_in_linear_time(schema: Json, value: Json, fits: bool) -> None:
    judge = compile_schema(schema)
    before = process_time()

    errors = judge.errors(value)

    assert (errors == {}) == fits
    assert errors.get("/") != TIMED_OUT
    assert process_time() - before < 3


def test_a_schema_of_long_lists_is_checked_in_linear_time() -> None:
    before = process_time()

    assert not compile_schema({"required": _MIXED[:1500]}).usable
    assert compile_schema({"properties": {"x": {"enum": _NUMBERS[:800]}}}).usable
    form = form_from_schema(
        {
            "type": "array",
            "items": {"enum": [f"v{at}" for at in range(2400)]},
            "default": [f"v{at}" for at in range(2400)],
        }
    )
    assert form.only_field is not None
    assert len(str(form.only_field.raw).split("\n")) == 2400
    assert process_time() - before < 3


def test_a_verdict_that_took_too_long_is_not_asked_for_again() -> None:
    judge = compile_schema({"pattern": ENDLESS})
    assert judge.errors(EVIL)["/"] == TIMED_OUT
    before = process_time()

    assert judge.errors(EVIL)["/"] == TIMED_OUT
    assert process_time() - before < 0.1


def test_a_value_too_deep_to_judge_is_refused() -> None:
    deep: Json = None
    for _ in range(900):
        deep = [deep]

    assert compile_schema({"items": {"$ref": "#"}}).errors(deep) == {"/": TOO_DEEP}
    assert not compile_schema({"items": {"$ref": "#"}}).errors([[[]]])


@pytest.mark.parametrize(("depth", "told"), [(MAX_DEPTH, []), (MAX_DEPTH + 1, ["/"])])
def test_a_reference_that_leads_nowhere_is_told_apart_from_a_value_that_is_too_deep(
    depth: int, told: list[str]
) -> None:
    value: Json = 1
    for _ in range(depth - 1):
        value = [value]
    assert list(compile_schema({"items": {"$ref": "#/nowhere"}}).errors(value)) == told


@pytest.mark.parametrize(
    "pattern",
    ["(?:(?:a{1000}){1000}){1000}", "a{999999999}", "(?:[a-z]{2}){1000000}", "(?:[ab]{1000}){1000,}"],
)
def test_a_pattern_too_large_to_compile_is_not_compiled(pattern: str) -> None:
    """Compiling the first of them takes more memory than there is."""
    assert not compile_schema({"pattern": pattern}).usable


@pytest.mark.parametrize(
    ("largest", "too_large"),
    [
        ("a{20000}", "a{20001}"),
        ("(a{100}){200}", "(a{100}){201}"),
        ("((ab){100}){100}", "((ab){100}c){100}"),
        ("x(a{99}b){198}c{199}", "x(a{99}b){198}c{200}"),
        ("(a{100}b{100}){100}", "(a{100}b{100}){100}c"),
        ("(a{20000}", "(a{20001}"),
        ("(ab){0,}a{19998}", "(ab){0,}a{19999}"),
        (")a{19999}", ")a{20000}"),
        ("[a-z]{20000}", "[a-z]{20001}"),
        (r"\({20000}", r"\({20001}"),
        ("a" * 10_000, "a" * 10_001),
    ],
)
def test_the_largest_pattern_that_is_compiled(largest: str, too_large: str) -> None:
    assert can_be_compiled(largest)
    assert not can_be_compiled(too_large)


@pytest.mark.parametrize(
    "pattern",
    [
        "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        r"^(?:\{\d{4}\}){2}$",
        "^[{}]{1,4000}$",
        "^.{0,100000}$",
        "^(?:[A-Za-z0-9+/]{4}){2,1000}$",
    ],
)
def test_usual_repetitions_are_compiled(pattern: str) -> None:
    assert compile_schema({"type": "string", "pattern": pattern}).usable


def test_a_remote_reference_is_never_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/schema.json"
        schemas: list[Json] = [
            {"$ref": address},
            {"properties": {"a": {"$ref": address}}},
            {"$schema": address, "type": "object"},
            {"properties": {"a": {"$schema": address, "$ref": "other.json"}}, "$id": address},
            {"$dynamicRef": address + "#x"},
        ]
        for schema in schemas:
            compile_schema(schema).errors({"a": 1})
            form_from_schema(schema, {"a": 1})
            parse("Which?", schema)
        with pytest.raises(TimeoutError):
            server.accept()


def test_references_that_double_at_every_level_end() -> None:
    levels: dict[str, Any] = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)}
    schema: Json = {
        "type": "object",
        "properties": {"x": {"$ref": "#/$defs/a0"}},
        "$defs": {**levels, "a40": {"type": "string"}},
    }

    assert compile_schema(schema).errors({"x": "y"})["/"] == TIMED_OUT


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [(r"^\p{L}+$", "Zoë", "1"), (r"^(?=.*\d)\w+$", "a1", "ab"), (r"^[a-z]{2,4}$", "abc", "a")],
)
def test_patterns_judge_as_their_author_meant(pattern: str, fits: str, does_not: str) -> None:
    schema = compile_schema({"type": "string", "pattern": pattern})

    assert schema.usable
    assert not schema.errors(fits)
    assert schema.errors(does_not) == {"/": f"This does not match the pattern {pattern}"}


def test_names_are_distinguished_by_patterns() -> None:
    schema = compile_schema(
        {
            "properties": {"a": {}},
            "patternProperties": {"^n_": {"type": "integer"}},
            "additionalProperties": False,
        }
    )

    assert not schema.errors({"a": "x", "n_1": 1})
    assert set(schema.errors({"n_1": "x"})) == {"/n_1"}
    assert set(schema.errors({"b": 1})) == {"/"}


@pytest.mark.parametrize("wrong", [{"pattern": "("}, {"type": "strin"}, {"minLength": "2"}, {"enum": 3}])
def test_a_large_schema_that_is_none_is_still_answered(wrong: dict[str, Json]) -> None:
    """A large one is not checked beforehand, so it breaks while it judges."""
    places: dict[str, Json] = {f"f{n}": {"type": "string", "description": "."} for n in range(3000)}
    request = parse("Which?", {"type": "object", "properties": {**places, "last": wrong}})

    decision = request.rows[0].decide(DecisionKind.RESPOND, {"/": '{"last": "x"}'})

    assert decision.value == {"last": "x"}


def test_a_pattern_too_long_to_compile_is_left_alone() -> None:
    pattern = "|".join(f"{n:050}" for n in range(20_000))
    many: dict[str, Json] = {f"f{n}": {"type": "string", "description": "."} for n in range(3000)}

    assert not compile_schema({"pattern": pattern}).usable
    large = compile_schema({"properties": {**many, "last": {"pattern": pattern}}})
    assert large.errors({"last": "x"}) == {"/": TIMED_OUT}


def test_a_schema_that_cannot_be_checked_in_time_is_used_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its values are judged; only that it is a schema is not known."""
    checked = schema._is_schema
    limits = iter([-1.0, deadline.SECONDS])  # of the check, and of trying the schema

    def in_no_time(*given: Any) -> bool:
        monkeypatch.setattr(deadline, "SECONDS", next(limits))
        found = checked(*given)
        monkeypatch.setattr(deadline, "SECONDS", next(limits))
        return found

    monkeypatch.setattr(schema, "_is_schema", in_no_time)
    judge = compile_schema({"type": "string", "title": "checked in no time"})
    assert judge.usable
    assert judge.errors(5)
    assert not judge.errors("a text")
