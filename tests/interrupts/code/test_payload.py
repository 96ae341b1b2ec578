"""Whether a payload can be what a call asks with, and which of two calls it fits better."""

import ast

import pytest

from countersign.approvals.json import Json
from countersign.interrupts.code.evaluation.model.modules import Module
from countersign.interrupts.code.evaluation.model.values import (
    Class,
    Const,
    Instance,
    Items,
    Record,
    Template,
    Value,
)
from countersign.interrupts.code.payload_pattern import (
    AnyPattern,
    ListPattern,
    LiteralPattern,
    ObjectPattern,
    Pattern,
    TextPattern,
    UnionPattern,
    fits,
    pattern_of,
    words_of,
)
from countersign.interrupts.code.source import ModuleSource

ANY = AnyPattern()


@pytest.mark.parametrize(
    ("pieces", "text", "fitting"),
    [
        (("Send ", None, "?"), "Send it?", True),
        (("Send ", None, "?"), "Send ?", True),
        (("Send ", None, "?"), "Send it", False),
        (("Send ", None, "?"), "Do Send it?", False),
        (("Send ", None), "Send", False),
        (("Send ", None), "Send ", True),
        ((None, " sent"), "it is sent", True),
        ((None, " sent"), "it is sent.", False),
        ((None, "a", None, "b", None), "xaxbx", True),
        ((None, "a", None, "b", None), "xbxax", False),
        ((None, "a", "b"), "xab", True),
        ((None, "a", None, "a"), "a", False),
        ((None, "a", None, "a"), "aa", True),
        (("a", "b"), "ab", True),
        (("a", "b"), "abc", False),
        (("a", "b"), "a-b", False),
        (("Send?",), "Send?", True),
        (("Send?",), "Send?!", False),
        ((None,), "anything", True),
    ],
)
def test_words_stand_in_their_order_and_nothing_else_where_none_is_left_open(
    pieces: tuple[str | None, ...], text: str, fitting: bool
) -> None:
    assert bool(fits(TextPattern(pieces), text)) is fitting


@pytest.mark.parametrize(
    ("pattern", "value", "fitting"),
    [
        (ANY, {"a": 1}, True),
        (LiteralPattern(1), 1, True),
        (LiteralPattern(1), True, False),
        (LiteralPattern("1"), 1, False),
        (LiteralPattern(None), None, True),
        (LiteralPattern("a"), {"a": 1}, False),
        (LiteralPattern("a"), ["a"], False),
        (TextPattern(("a",)), 1, False),
        (TextPattern(("a",)), {"a": 1}, False),
        (ObjectPattern((("a", ANY),), open=False), {"a": 1}, True),
        (ObjectPattern((("a", ANY),), open=False), {"a": 1, "b": 2}, False),
        (ObjectPattern((("a", ANY),), open=True), {"a": 1, "b": 2}, True),
        (ObjectPattern((("a", ANY), ("b", ANY)), open=True), {"a": 1}, False),
        (ObjectPattern((("a", LiteralPattern(1)),), open=False), {"a": 2}, False),
        (ObjectPattern((("a", ANY),), open=True), ["a"], False),
        (ObjectPattern((), open=False), {}, True),
        (ListPattern((ANY, LiteralPattern(2)), exact=True), [1, 2], True),
        (ListPattern((ANY, LiteralPattern(2)), exact=True), [1, 3], False),
        (ListPattern((ANY,), exact=True), [1, 2], False),
        (ListPattern((LiteralPattern(9),), exact=False), [1, 2], True),
        (ListPattern((), exact=False), "ab", False),
        (UnionPattern((LiteralPattern(1), LiteralPattern(2))), 2, True),
        (UnionPattern((LiteralPattern(1), LiteralPattern(2))), 3, False),
    ],
)
def test_what_a_payload_can_be(pattern: Pattern, value: Json, fitting: bool) -> None:
    assert bool(fits(pattern, value)) is fitting


@pytest.mark.parametrize(
    ("better", "worse", "value"),
    [
        (LiteralPattern("Send it?"), TextPattern(("Send ", None, "?")), "Send it?"),
        (TextPattern(("Send ", None, "?")), ANY, "Send it?"),
        (ObjectPattern((("a", ANY),), open=False), ObjectPattern((("a", ANY),), open=True), {"a": 1}),
        (
            ObjectPattern((("a", LiteralPattern(1)),), open=True),
            ObjectPattern((("a", ANY),), open=True),
            {"a": 1},
        ),
        (ObjectPattern((("a", ANY),), open=True), ANY, {"a": 1}),
        (ListPattern((ANY,), exact=True), ListPattern((ANY,), exact=False), [1]),
        (ListPattern((ANY,), exact=False), ANY, [1]),
        (UnionPattern((ANY, LiteralPattern(1))), ANY, 1),
    ],
)
def test_what_says_more_of_a_payload_fits_it_better(better: Pattern, worse: Pattern, value: Json) -> None:
    assert fits(better, value) > fits(worse, value) > 0


def test_a_pattern_keeps_what_the_code_writes_out() -> None:
    assert pattern_of(()) == ANY
    assert pattern_of((Const("a"),)) == LiteralPattern("a")
    assert pattern_of((Const("a"), Const("a"), Const("b"))) == UnionPattern(
        (LiteralPattern("a"), LiteralPattern("b"))
    )
    assert pattern_of((Template(("Send ", None)),)) == TextPattern(("Send ", None))
    assert pattern_of((Template((None,)),)) == ANY
    assert pattern_of((Record({"a": (Const(1),)}),)) == ObjectPattern((("a", LiteralPattern(1)),), open=False)
    assert pattern_of((Record({}),)) == ObjectPattern((), open=False)
    assert pattern_of((Record({"a": ()}, open=True),)) == ObjectPattern((("a", ANY),), open=True)
    assert pattern_of((Items([(Const(1),), ()]),)) == ListPattern((LiteralPattern(1), ANY), exact=True)
    assert pattern_of((Items([], exact=False),)) == ListPattern((), exact=False)


def test_a_payload_that_holds_itself_ends() -> None:
    circle = Record({})
    circle.entries["inner"] = (circle,)
    assert "AnyPattern" in repr(pattern_of((circle,)))


@pytest.mark.parametrize(
    ("fields", "pattern"),
    [
        ({"a": (Const(1),)}, ObjectPattern((("a", LiteralPattern(1)),), open=True)),
        ({}, ANY),
    ],
    ids=["its fields, and it may have others", "nothing is known of its fields"],
)
def test_an_instance_is_known_by_its_fields(fields: dict[str, Value], pattern: Pattern) -> None:
    module = Module(ModuleSource(name="m", file="m.py", text="class Ask: ..."))
    (node,) = module.tree.body
    assert isinstance(node, ast.ClassDef)
    assert pattern_of((Instance(Class(module, node), Record(fields)),)) == pattern


def _nested(depth: int, *, lists: bool) -> Value:
    value: Value = (Const("Deep Word"),)
    for _ in range(depth):
        value = (Items([value]),) if lists else (Record({"a": value}),)
    return value


@pytest.mark.parametrize("lists", [True, False])
@pytest.mark.parametrize(("depth", "known"), [(0, True), (6, True), (7, False)])
def test_a_payload_is_known_to_a_depth(depth: int, known: bool, lists: bool) -> None:
    value = _nested(depth, lists=lists)
    assert words_of(value) == ({"deep word", "deep", "word"} if known else set())
    assert ("Deep Word" in repr(pattern_of(value))) is known


def test_the_words_of_a_template_are_those_that_are_written_out() -> None:
    assert words_of((Template(("Send ", None, " to Bob?")), Const(5))) == {
        "send ",
        "send",
        " to bob?",
        "to",
        "bob",
    }
