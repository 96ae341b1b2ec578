"""The schema of a form for what the graph's code reads: no answer that the code would refuse fits it."""

import pytest

from countersign.approvals.json import Json
from countersign.interrupts.code import (
    UNKNOWN,
    AnswerShape,
    Boolean,
    ListOf,
    Match,
    Number,
    OneOf,
    Scalar,
    Text,
    Tuple,
    Union,
)
from countersign.interrupts.shape_answers.shape_schema import named_values, shape_schema


@pytest.mark.parametrize(
    ("shape", "values"),
    [
        (OneOf(("approve",)), ("approve", "reject")),
        (OneOf(("reject",)), ("reject", "approve")),
        (OneOf(("deny",)), ("deny", "allow")),
        (OneOf(("red",)), ("red", "no")),
        (OneOf(("approve",), exhaustive=True), ("approve",)),
        (OneOf(("approve", "later")), ("approve", "later")),
        (OneOf(("approve", "later"), exhaustive=True), ("approve", "later")),
    ],
)
def test_only_a_single_word_has_its_opposite_beside_it(shape: OneOf, values: tuple[Scalar, ...]) -> None:
    assert named_values(shape) == values


@pytest.mark.parametrize(
    ("shape", "schema"),
    [
        (Boolean(), {"type": "boolean"}),
        (Number(integer=True), {"type": "integer"}),
        (Number(), {"type": "number"}),
        (OneOf(("red", "blue")), {"enum": ["red", "blue"]}),
        (ListOf(Boolean()), {"type": "array", "items": {"type": "boolean"}}),
        (
            Tuple((Boolean(), UNKNOWN)),
            {"type": "array", "prefixItems": [{"type": "boolean"}, {}], "minItems": 2, "maxItems": 2},
        ),
        (Union((Boolean(), Number())), {"anyOf": [{"type": "boolean"}, {"type": "number"}]}),
        (UNKNOWN, {}),
    ],
)
def test_the_schema_of_each_shape(shape: AnswerShape, schema: Json) -> None:
    assert shape_schema(shape) == schema


@pytest.mark.parametrize(
    ("match", "said"),
    [
        (Match.PREFIX, "Begins with “y” or “ok”, or does not."),
        (Match.CONTAINS, "Contains “y” or “ok”, or does not."),
    ],
)
def test_what_a_text_is_looked_at_for_is_said(match: Match, said: str) -> None:
    schema = shape_schema(OneOf(("y", "ok"), match=match))
    assert schema == {"type": "string", "minLength": 1, "description": said}


def test_a_text_that_is_needed_is_not_empty() -> None:
    needed, optional = shape_schema(Text()), shape_schema(Text(optional=True))
    assert isinstance(needed, dict)
    assert isinstance(optional, dict)
    assert (needed["type"], needed.get("minLength")) == ("string", 1)
    assert optional.get("minLength") is None
