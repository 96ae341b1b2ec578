"""Schemas that would keep a validator busy for ever, or break it: judged within a limit, or refused."""

from typing import Any

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import FormValidationError, InvalidDecision, parse, resume_value
from countersign.interrupts.validation.schema import TIMED_OUT, compile_schema

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


def test_names_are_told_apart_by_patterns() -> None:
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
