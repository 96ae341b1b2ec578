import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.interrupts.code import (
    UNKNOWN,
    AnswerShape,
    Boolean,
    Key,
    ListOf,
    Match,
    Number,
    Object,
    OneOf,
    Text,
    Tuple,
    Union,
    Unknown,
    Where,
    shape_from_json,
    shape_to_json,
)

_known = {
    "where": st.none() | st.builds(Where, st.text(max_size=5), st.integers(1, 9)),
    "evidence": st.text(max_size=5),
}
_scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
_leaves: st.SearchStrategy[AnswerShape] = st.one_of(
    st.builds(Boolean, **_known),
    st.builds(Number, st.booleans(), **_known),
    st.builds(
        OneOf,
        st.lists(_scalars, max_size=3).map(tuple),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.sampled_from(Match),
        **_known,
    ),
    st.builds(Text, st.booleans(), **_known),
    st.builds(Unknown, **_known),
)


def _tuples(items: tuple[AnswerShape, ...]) -> st.SearchStrategy[AnswerShape]:
    places = st.sets(st.integers(0, len(items) - 1)).map(tuple) if items else st.just(())
    return st.builds(Tuple, st.just(items), places, **_known)


def _nested(inner: st.SearchStrategy[AnswerShape]) -> st.SearchStrategy[AnswerShape]:
    several = st.lists(inner, max_size=3).map(tuple)
    pairs = st.lists(st.tuples(st.text(max_size=3), _scalars), max_size=2).map(tuple)
    keys = st.lists(st.builds(Key, st.text(max_size=3), inner, st.booleans(), pairs, pairs), max_size=3).map(
        tuple
    )
    return st.one_of(
        several.flatmap(_tuples),
        st.builds(Union, several, **_known),
        st.builds(ListOf, inner, **_known),
        st.builds(Object, keys, st.booleans(), **_known),
    )


@given(st.recursive(_leaves, _nested, max_leaves=8))
def test_a_stored_shape_comes_back(shape: AnswerShape) -> None:
    back = shape_from_json(json.loads(json.dumps(shape_to_json(shape))))
    assert repr(back) == repr(shape)  # repr shows where and evidence, too, and tells True from 1


@pytest.mark.parametrize(
    "stored",
    [
        None,
        3,
        [],
        {},
        {"kind": "number"},
        {"kind": "number", "integer": 1},
        {"kind": "one_of", "values": [[]]},
        {"kind": "object", "keys": [{"name": 1}], "open": False},
        {"kind": "tuple", "items": {}},
        {"kind": "boolean", "where": {"file": "a.py"}},
        {"kind": "boolean", "evidence": 7},
        {"kind": "from a later version"},
    ],
)
def test_what_cannot_be_read_is_unknown(stored: object) -> None:
    assert shape_from_json(stored) == UNKNOWN  # type: ignore[arg-type]


def test_where_a_shape_was_found_makes_it_no_other_shape() -> None:
    assert Boolean(where=Where("a.py", 1), evidence="if answer") == Boolean(where=Where("b.py", 9))
    assert OneOf(("yes",)) != OneOf(("yes",), exhaustive=True)
