import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

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
    SourceLocation,
    Text,
    Tuple,
    Union,
    Unknown,
    shape_from_json,
    shape_to_json,
)

_known = {
    "where": st.none() | st.builds(SourceLocation, st.text(max_size=5), st.integers(1, 9)),
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
    assert Boolean(where=SourceLocation("a.py", 1), evidence="if answer") == Boolean(
        where=SourceLocation("b.py", 9)
    )
    assert OneOf(("yes",)) != OneOf(("yes",), exhaustive=True)


STORED = shape_to_json(
    Object(
        (
            Key("action", OneOf(("yes", 1), match=Match.PREFIX), required=True),
            Key("pair", Tuple((Text(), Number(integer=True)), sometimes=(1,)), required=False),
            Key(
                "names",
                ListOf(Union((Boolean(), Text(optional=True)))),
                required=False,
                needed_with=(("action", "yes"),),
                needed_unless=(("action", 1),),
                unread_with=(("action", None),),
            ),
        ),
        open=True,
        where=SourceLocation("agent.py", 3),
        evidence="answer['action']",
    )
)
NOT_NEEDED = {"remark", "json", "decimal", "needed_without", "where", "evidence", "sometimes", "unread_with"}


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path to the value and to everything in it."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in inside:
        yield from places(inner, (*path, step))


def changed(path: tuple[str | int, ...], new: object) -> Any:
    """What is stored, with another value at this path; without the key for ...."""
    whole = {"": copy.deepcopy(STORED)}
    holder: Any = whole
    for step in ("", *path)[:-1]:
        holder = holder[step]
    last = ("", *path)[-1]
    if new is ...:
        del holder[last]
    else:
        holder[last] = new
    return whole.get("")


@pytest.mark.parametrize(
    "path",
    [path for path in places(STORED) if path[-1:] != ("kind",)],
    ids=lambda path: "/".join(map(str, path)) or "all",
)
def test_a_part_of_another_type_makes_all_of_it_unknown(path: tuple[str | int, ...]) -> None:
    there: Any = STORED
    for step in path:
        there = there[step]
    assert shape_from_json(changed(path, {} if isinstance(there, list) else [{}])) == UNKNOWN


def test_a_kind_that_this_version_does_not_know_is_unknown_in_its_place() -> None:
    later = shape_from_json(changed(("keys", 0, "shape", "kind"), "from a later version"))
    assert isinstance(later, Object)
    assert later.keys[0] == Key("action", UNKNOWN, required=True)
    assert later.keys[1].shape == Tuple((Text(), Number(integer=True)), sometimes=(1,))


@pytest.mark.parametrize(
    "path",
    [path for path in places(STORED) if path and isinstance(path[-1], str)],
    ids=lambda path: "/".join(map(str, path)),
)
def test_a_part_that_is_missing_makes_all_of_it_unknown_unless_older_versions_lacked_it(
    path: tuple[str | int, ...],
) -> None:
    found = shape_from_json(changed(path, ...))
    assert (found == UNKNOWN) is (path[-1] not in NOT_NEEDED)


@pytest.mark.parametrize("place", [-1, 2, True])
def test_only_an_item_that_is_there_is_read_sometimes(place: int) -> None:
    assert shape_from_json(changed(("keys", 1, "shape", "sometimes"), [place])) == UNKNOWN
    assert shape_from_json(changed(("keys", 1, "shape", "sometimes"), [0])) != UNKNOWN


@pytest.mark.parametrize("pair", [[], ["action"], ["action", 1, 2], [1, "yes"]])
def test_a_condition_is_a_key_and_its_value(pair: list[object]) -> None:
    assert shape_from_json(changed(("keys", 2, "needed_with"), [pair])) == UNKNOWN


def test_a_shape_nests_as_deep_as_it_is_read() -> None:
    def nested(levels: int) -> AnswerShape:
        shape: AnswerShape = Boolean()
        for _ in range(levels):
            shape = ListOf(shape)
        return shape

    assert shape_from_json(shape_to_json(nested(5))) == nested(5)
    deep: Any = shape_to_json(Boolean())
    for _ in range(1000):
        deep = {"kind": "list", "item": deep}
    assert shape_from_json(deep) == UNKNOWN


@pytest.mark.parametrize(
    "around",
    [
        ListOf,
        lambda inner: Tuple((inner,)),
        lambda inner: Union((inner, Boolean())),
        lambda inner: Object((Key("a", inner, required=True),)),
    ],
    ids=["list", "tuple", "union", "object"],
)
def test_thirty_two_levels_are_read_and_one_more_is_not(around: Callable[[AnswerShape], AnswerShape]) -> None:
    deepest: AnswerShape = Boolean()
    for _ in range(31):
        deepest = around(deepest)

    assert shape_from_json(shape_to_json(deepest)) == deepest
    assert shape_from_json(shape_to_json(around(deepest))) == UNKNOWN
