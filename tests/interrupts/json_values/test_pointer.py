"""JSON Pointers name places, whatever the keys are; and JSON is equal as JSON is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.json import Json
from countersign.interrupts import UNSET
from countersign.interrupts.json_values import pointer
from countersign.interrupts.json_values.equality import json_equal, json_key
from countersign.interrupts.json_values.unset import JsonOrUnset
from tests.interrupts.strategies import JSON


@given(st.lists(st.text(), min_size=1).filter(lambda path: path != [""]))
def test_a_path_comes_back_from_its_pointer(path: list[str]) -> None:
    assert pointer.split(pointer.join(path)) == tuple(path)


def test_the_whole_value_is_a_slash() -> None:
    assert pointer.join([]) == "/"
    assert pointer.split("/") == pointer.split("") == ()
    assert pointer.join(["a/b", "~c", 0]) == "/a~1b/~0c/0"


@pytest.mark.parametrize(
    ("value", "where", "found"),
    [
        ({"a": {"b": 1}}, "/a/b", 1),
        ({"a": {"b": 1}}, "/", {"a": {"b": 1}}),
        ({"a": None}, "/a", None),
        ({"a": 1}, "/b", UNSET),
        ({"a": 1}, "/a/b", UNSET),
        ({"a": [1]}, "/a/0", UNSET),
        ("text", "/a", UNSET),
    ],
)
def test_a_value_is_found_through_objects_only(value: Json, where: str, found: JsonOrUnset) -> None:
    assert pointer.find(value, where) == found


@pytest.mark.parametrize(
    ("value", "where", "new", "expected"),
    [
        ({"a": 1}, "/a", 2, {"a": 2}),
        ({"a": 1}, "/b/c", 2, {"a": 1, "b": {"c": 2}}),
        ({"a": 1}, "/a/b", 2, {"a": {"b": 2}}),
        ({"a": 1, "b": 2}, "/a", UNSET, {"b": 2}),
        ({"a": {"b": 1}}, "/a/b", UNSET, {"a": {}}),
        ({"a": 1}, "/b", UNSET, {"a": 1}),
        ({"a": 1}, "/b/c", UNSET, {"a": 1}),
        ({"a": 1}, "/", 5, 5),
        ({"a": 1}, "/", UNSET, None),
        (None, "/a", 1, {"a": 1}),
    ],
)
def test_a_value_is_put_into_a_copy(value: Json, where: str, new: JsonOrUnset, expected: Json) -> None:
    before = repr(value)
    assert pointer.put(value, where, new) == expected
    assert repr(value) == before


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (0.0, False, False),
        (True, True, True),
        ([1, 2], [1.0, 2.0], True),
        ([1, 2], [2, 1], False),
        ([1], [1, 1], False),
        ({"a": 1, "b": [True]}, {"b": [True], "a": 1.0}, True),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ({"a": None}, {"b": None}, False),
        ({}, [], False),
        (None, False, False),
        ("1", 1, False),
    ],
)
def test_json_is_equal_by_what_it_means(one: Json, other: Json, equal: bool) -> None:
    assert json_equal(one, other) is json_equal(other, one) is equal
    assert (json_key(one) == json_key(other)) is equal


@given(JSON, JSON)
def test_equal_values_have_one_key(one: Json, other: Json) -> None:
    assert (json_key(one) == json_key(other)) is json_equal(one, other)
