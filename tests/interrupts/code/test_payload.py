"""Whether a payload can be what a call asks with, and which of two calls it fits better."""

import pytest

from countersign.approvals.json import Json
from countersign.interrupts.code.evaluation.model.values import Const, Items, Record, Template
from countersign.interrupts.code.payload import (
    Anything,
    Either,
    Exactly,
    Keys,
    Listed,
    Pattern,
    Words,
    fits,
    pattern_of,
)

ANY = Anything()


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
    assert bool(fits(Words(pieces), text)) is fitting


@pytest.mark.parametrize(
    ("pattern", "value", "fitting"),
    [
        (ANY, {"a": 1}, True),
        (Exactly(1), 1, True),
        (Exactly(1), True, False),
        (Exactly("1"), 1, False),
        (Exactly(None), None, True),
        (Exactly("a"), {"a": 1}, False),
        (Exactly("a"), ["a"], False),
        (Words(("a",)), 1, False),
        (Words(("a",)), {"a": 1}, False),
        (Keys((("a", ANY),), open=False), {"a": 1}, True),
        (Keys((("a", ANY),), open=False), {"a": 1, "b": 2}, False),
        (Keys((("a", ANY),), open=True), {"a": 1, "b": 2}, True),
        (Keys((("a", ANY), ("b", ANY)), open=True), {"a": 1}, False),
        (Keys((("a", Exactly(1)),), open=False), {"a": 2}, False),
        (Keys((("a", ANY),), open=True), ["a"], False),
        (Keys((), open=False), {}, True),
        (Listed((ANY, Exactly(2)), exact=True), [1, 2], True),
        (Listed((ANY, Exactly(2)), exact=True), [1, 3], False),
        (Listed((ANY,), exact=True), [1, 2], False),
        (Listed((Exactly(9),), exact=False), [1, 2], True),
        (Listed((), exact=False), "ab", False),
        (Either((Exactly(1), Exactly(2))), 2, True),
        (Either((Exactly(1), Exactly(2))), 3, False),
    ],
)
def test_what_a_payload_can_be(pattern: Pattern, value: Json, fitting: bool) -> None:
    assert bool(fits(pattern, value)) is fitting


@pytest.mark.parametrize(
    ("better", "worse", "value"),
    [
        (Exactly("Send it?"), Words(("Send ", None, "?")), "Send it?"),
        (Words(("Send ", None, "?")), ANY, "Send it?"),
        (Keys((("a", ANY),), open=False), Keys((("a", ANY),), open=True), {"a": 1}),
        (Keys((("a", Exactly(1)),), open=True), Keys((("a", ANY),), open=True), {"a": 1}),
        (Keys((("a", ANY),), open=True), ANY, {"a": 1}),
        (Listed((ANY,), exact=True), Listed((ANY,), exact=False), [1]),
        (Listed((ANY,), exact=False), ANY, [1]),
        (Either((ANY, Exactly(1))), ANY, 1),
    ],
)
def test_what_says_more_of_a_payload_fits_it_better(better: Pattern, worse: Pattern, value: Json) -> None:
    assert fits(better, value) > fits(worse, value) > 0


def test_a_pattern_keeps_what_the_code_writes_out() -> None:
    assert pattern_of(()) == ANY
    assert pattern_of((Const("a"),)) == Exactly("a")
    assert pattern_of((Const("a"), Const("a"), Const("b"))) == Either((Exactly("a"), Exactly("b")))
    assert pattern_of((Template(("Send ", None)),)) == Words(("Send ", None))
    assert pattern_of((Template((None,)),)) == ANY
    assert pattern_of((Record({"a": (Const(1),)}),)) == Keys((("a", Exactly(1)),), open=False)
    assert pattern_of((Record({"a": ()}, open=True),)) == Keys((("a", ANY),), open=True)
    assert pattern_of((Items([(Const(1),), ()]),)) == Listed((Exactly(1), ANY), exact=True)
    assert pattern_of((Items([], exact=False),)) == Listed((), exact=False)


def test_a_payload_that_holds_itself_ends() -> None:
    circle = Record({})
    circle.entries["inner"] = (circle,)
    assert "Anything" in repr(pattern_of((circle,)))
