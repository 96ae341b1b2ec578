"""Which answers a shape takes: what the code reads as a value that it knows."""

import pytest

from countersign.approvals.json import Json
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
)
from countersign.interrupts.shape_answers.compatibility import takes

TEXT_OR_NUMBER = Tuple((Text(), Number()))
IF_NOT_OK = Key("why", Text(), required=False, needed_with=(("ok", False),))
UNLESS_OK = Key("why", Text(), required=False, needed_unless=(("ok", True),))
BY_KIND = Object(
    (
        Key("kind", OneOf(("edit", "send")), required=True),
        Key("text", Text(), required=False, needed_with=(("kind", "edit"),)),
        Key("why", Text(), required=False, needed_unless=(("kind", "send"), ("kind", "edit"))),
    )
)


@pytest.mark.parametrize(
    ("shape", "taken", "refused"),
    [
        (UNKNOWN, [None, 1, "x", [], {}], []),
        (Boolean(), [True, False], [None, 0, 1, "true", []]),
        (Number(), [0, 5, -1.5], [None, True, False, "5", [5]]),
        (Number(integer=True), [0, 5], [5.5, True, "5", None]),
        (Text(), ["x", " "], ["", None, 5, ["x"]]),
        (Text(optional=True), ["x", ""], [None, 5]),
        (OneOf(("a", 1)), ["a", 1], ["A", "b", True, 1.0, None, ""]),
        (OneOf(("a",), ignores_case=True), ["a", "A"], [" a", "b"]),
        (OneOf(("a",), ignores_space=True), ["a", " a "], ["A", "b"]),
        (OneOf(("ab",), match=Match.PREFIX), ["ab", "abc"], ["a", "xab"]),
        (OneOf(("ab",), match=Match.CONTAINS), ["ab", "xaby"], ["a", "ba"]),
        (TEXT_OR_NUMBER, [["x", 1]], [["x"], ["x", 1, 2], [1, "x"], ["x", None], {"0": "x"}, "x1"]),
        (Tuple((Text(), Number()), sometimes=(1,)), [["x", 1], ["x", None]], [[None, 1], ["x", "y"], ["x"]]),
        (ListOf(Text()), [[], ["x"], ["x", "y"]], [["x", 1], [""], "x", None, {"x": 1}]),
        (Union((Boolean(), Text())), [True, "x"], [1, None, ""]),
        (Object(()), [{}, {"a": 1}], [None, [], "a"]),
        (
            Object((Key("a", Text(), required=True),)),
            [{"a": "x"}, {"a": "x", "b": 1}],
            [{}, {"a": 1}, {"b": "x"}],
        ),
        (
            Object((Key("a", Text(), required=False), Key("b", Number(), required=False))),
            [{"a": "x"}, {"b": 1}, {"a": "x", "b": 1}],
            [{}, {"c": 1}, {"a": 1}, {"a": "x", "b": "y"}],
        ),
        (
            BY_KIND,
            [{"kind": "edit", "text": "x"}, {"kind": "send"}, {"kind": "send", "text": "x"}],
            [{"kind": "edit"}, {"kind": "other"}, {"kind": "send", "text": 1}, {"text": "x", "why": "y"}],
        ),
        (
            Object((Key("ok", Boolean(), required=False), IF_NOT_OK)),
            [{"ok": True}, {"ok": False, "why": "x"}],
            [{"ok": False}, {"ok": 0}],
        ),
        (
            Object((Key("ok", UNKNOWN, required=False), UNLESS_OK)),
            [{"ok": True}, {"ok": 1, "why": "x"}],
            [{"ok": 1}, {"ok": False}, {}],
        ),
    ],
)
def test_what_a_shape_takes(shape: AnswerShape, taken: list[Json], refused: list[Json]) -> None:
    assert [value for value in taken if not takes(shape, value)] == []
    assert [value for value in refused if takes(shape, value)] == []
