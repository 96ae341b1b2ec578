"""Random JSON, schemas and values that fit them, biased to what breaks cards."""

import string
from dataclasses import replace
from typing import Any

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
)

NASTY = st.sampled_from(
    [
        "",
        " ",
        "<!channel>",
        "<@U123> & *bold* `code`",
        "line one\nline two\r\nline three",
        "\u202e\u2066reversed\u2069",
        "zero\u200bwidth\ufeff",
        "".join(map(chr, range(32))),
        "\x7f\x85\u2028\u2029",
        "family 👩\u200d👩\u200d👧 ❤️\u200d🔥",
        "true",
        "12",
        "null",
        '{"a": 1}',
        "~0/~1",
        "x" * 4000,
    ]
)
TEXT = st.one_of(NASTY, st.text(max_size=20))
KEY = st.one_of(
    st.text(alphabet=string.ascii_lowercase, min_size=1, max_size=8),
    st.sampled_from(
        ["", "/", "a/b", "~", "$ref", "type", "question", "k" * 300, "<!here>", "message", "\u202ex"]
    ),
)
NUMBER = st.one_of(
    st.integers(),
    st.sampled_from([0, -0.0, 1.0, 2**53, 2**53 + 1, 10**22, 1e22, 1e-7, 1e300, 10**400]),
    st.floats(allow_nan=False, allow_infinity=False),
)
SCALAR = st.one_of(st.none(), st.booleans(), NUMBER, TEXT)
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALAR,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEY, inner, max_size=5)),
    max_leaves=20,
)
RAW = st.one_of(
    st.none(),
    st.booleans(),
    TEXT,
    st.sampled_from(
        ["1", "-1.5", "2026-11-20", "14:30", "1795185000", "[1]", '{"a": NaN}', "1e999", '"\\ud800"']
    ),
    st.lists(TEXT, max_size=3),
)
OBJECT = st.dictionaries(KEY, JSON, max_size=6)

_OPTION = st.fixed_dictionaries(
    {}, optional={"label": TEXT | JSON, "title": TEXT, "name": TEXT, "value": JSON, "id": JSON, "key": SCALAR}
)
_WORDS = {
    "action_requests": st.lists(OBJECT | st.fixed_dictionaries({"name": TEXT, "args": OBJECT}), max_size=3)
    | JSON,
    "review_configs": st.lists(
        st.fixed_dictionaries({"action_name": TEXT, "allowed_decisions": JSON | st.just(["approve", "edit"])})
    ),
    "action_request": st.fixed_dictionaries({"action": TEXT, "args": OBJECT}) | JSON,
    "config": st.dictionaries(
        st.sampled_from(["allow_accept", "allow_edit", "allow_respond", "allow_ignore"]), st.booleans() | JSON
    ),
    "tool_call": st.fixed_dictionaries({"name": TEXT | JSON, "args": OBJECT | JSON}) | JSON,
    "type": st.just("tool_approval") | JSON,
    "name": TEXT,
    "args": OBJECT | JSON,
    "question": TEXT | JSON,
    "query": TEXT,
    "task": TEXT,
    "text_to_revise": TEXT,
    "draft": TEXT,
    "description": TEXT | JSON,
    "instruction": TEXT,
    "title": TEXT,
    "message": TEXT | JSON,
    "action": st.sampled_from(["refund", "Delete it all"]) | TEXT,
    "summary": TEXT | JSON,
    "risk": st.sampled_from(["low", "High", "huge"]) | JSON,
    "why": TEXT | JSON,
    "details": OBJECT | JSON,
    "expires_in": st.sampled_from(["30m", "2h", 60, -1, True, "1y", 10**12]) | JSON,
    "options": st.lists(st.one_of(TEXT, JSON, _OPTION), max_size=8) | JSON,
    "choices": st.lists(_OPTION, max_size=4),
    "actions": st.lists(st.one_of(TEXT, _OPTION), max_size=4),
    "allowed_responses": st.lists(TEXT, max_size=4),
}
PAYLOAD: st.SearchStrategy[Any] = st.one_of(
    JSON,
    st.fixed_dictionaries({}, optional=_WORDS),
    *(
        st.fixed_dictionaries({}, optional={key: _WORDS[key] for key in keys})
        for keys in (
            ("action_requests", "review_configs"),
            ("type", "name", "args", "description"),
            ("action_request", "config", "description"),
            ("tool_call", "question"),
            ("task", "draft"),
            ("question", "draft"),
            ("question", "options"),
            ("title", "summary", "risk", "why", "details", "options"),
            ("instruction", "draft"),
            ("message",),
        )
    ),
    st.lists(
        st.fixed_dictionaries({"action_request": _WORDS["action_request"], "config": _WORDS["config"]}),
        max_size=2,
    ),
)

_KEYWORDS = st.fixed_dictionaries(
    {},
    optional={
        "title": TEXT,
        "description": TEXT,
        "format": st.sampled_from(["date", "time", "date-time", "email", "uri", "uuid", "nonsense"]),
        "minimum": st.integers(-5, 5),
        "maxLength": st.integers(0, 300),
        "default": SCALAR,
        "enum": st.lists(SCALAR, min_size=1, max_size=4),
        "const": SCALAR,
        "$ref": st.sampled_from(["#", "#/$defs/a", "#/nowhere", "http://127.0.0.1:1/x.json"]),
    },
)
_TYPE = st.sampled_from(
    ["string", "integer", "number", "boolean", "array", "object", "null", ["string", "null"]]
)


def _schema(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    parts = {
        "type": _TYPE,
        "properties": st.dictionaries(KEY, inner, max_size=4),
        "required": st.lists(KEY, max_size=2, unique=True),
        "items": inner,
        "anyOf": st.lists(inner, min_size=1, max_size=3),
        "oneOf": st.lists(inner, min_size=1, max_size=3),
        "allOf": st.lists(inner, min_size=1, max_size=2),
        "$defs": st.fixed_dictionaries({"a": inner}),
    }
    return st.tuples(_KEYWORDS, st.fixed_dictionaries({}, optional=parts)).map(
        lambda both: {**both[0], **both[1]}
    )


SCHEMA: st.SearchStrategy[Any] = st.recursive(
    st.one_of(_KEYWORDS, st.fixed_dictionaries({"type": _TYPE})), _schema, max_leaves=8
)
ANY_SCHEMA = st.one_of(SCHEMA, JSON)

_VALUE = st.sampled_from(
    [
        "approve",
        "reject",
        "yes",
        "no",
        "edit",
        "feedback",
        "Cancel",
        "later",
        "",
        "y",
        True,
        False,
        None,
        0,
        1.5,
    ]
)


def _comparable(shape: OneOf) -> OneOf:
    """Only texts have a beginning, a case and spaces around them."""
    if all(isinstance(value, str) for value in shape.values):
        return shape
    return replace(shape, ignores_case=False, ignores_space=False, match=Match.EQUAL)


_ONE_OF = st.builds(
    OneOf,
    st.lists(_VALUE, min_size=1, max_size=4).map(tuple),
    exhaustive=st.booleans(),
    ignores_case=st.booleans(),
    ignores_space=st.booleans(),
    match=st.sampled_from(Match),
).map(_comparable)
_FLAT: st.SearchStrategy[AnswerShape] = st.one_of(
    st.just(Boolean()),
    st.builds(Number, st.booleans()),
    st.builds(Text, st.booleans(), st.booleans(), st.booleans()),
    st.builds(Text, st.booleans(), decimal=st.just(True)),
    _ONE_OF,
)
_NAMES = st.sampled_from(
    ["action", "type", "approved", "ok", "reason", "args", "data", "draft", "edited_text"]
)


def _composite(inner: st.SearchStrategy[AnswerShape]) -> st.SearchStrategy[AnswerShape]:
    condition = st.lists(st.tuples(_NAMES, _VALUE), max_size=1).map(tuple)
    others = st.lists(_NAMES, max_size=1).map(tuple)
    keys = st.builds(Key, _NAMES, inner, st.booleans(), condition, condition, needed_without=others)
    return st.one_of(
        st.builds(Tuple, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(ListOf, inner),
        st.builds(
            Object,
            st.lists(keys, max_size=4, unique_by=lambda key: key.name).map(tuple),
            open=st.booleans(),
        ),
        st.builds(Union, st.lists(_FLAT | inner, min_size=2, max_size=3).map(tuple)),
    )


SHAPE: st.SearchStrategy[AnswerShape] = st.recursive(
    st.sampled_from([UNKNOWN, Unknown(unread=True)]) | _FLAT, _composite, max_leaves=6
)
"""Shapes of answers, also such as no code has."""
