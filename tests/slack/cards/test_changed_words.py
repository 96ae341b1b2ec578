"""Changed words of an edit are marked, and nothing in a text can pass for a mark."""

import pytest

from countersign.approvals.json import Json
from countersign.interrupts import json_diff
from countersign.slack.cards.values.changed_words import marked_diff
from countersign.slack.cards.values.edit_diff import inline_diff


def test_the_words_that_changed_are_marked_on_both_lines() -> None:
    before = "Dear Ann,\nyou have it by Friday.\nYours, Bob"
    after = "Dear Ann,\nyou have it by Monday at noon.\nYours, Bob"
    (change,) = json_diff({"body": before}, {"body": after})

    assert change.line_diff is not None
    assert marked_diff(change.line_diff) == (
        "  Dear Ann,\n- you have it by ~Friday.~\n+ you have it by *Monday at noon.*\n  Yours, Bob"
    )


@pytest.mark.parametrize(
    ("diff", "shown"),
    [
        ("- one\n+ two", "- one\n+ two"),
        ("- a b & c\n+ a b c", "- a b ~&amp;~ c\n+ a b c"),
        ("- a\n- b\n+ c", "- a\n- b\n+ c"),
        ("  same\n+ new", "  same\n+ new"),
        ("- a *bold* one\n+ a one", None),
        ("- a  b\n+ a b", None),
        ("- `x` y\n+ `x` z", None),
        ("- ~a~ b c\n+ a b c", None),
    ],
)
def test_what_is_marked_and_what_stays_code(diff: str, shown: str | None) -> None:
    assert marked_diff(diff) == shown


def test_a_change_names_its_place_in_words() -> None:
    before: Json = {"amount": 129.9, "lines": [{"unit_price": 1}]}
    after: Json = {"amount": 99.5, "lines": [{"unit_price": 2}]}
    shown = inline_diff(json_diff(before, after), 500)
    assert shown == "*Amount* `129.90` → `99.50`\n*Lines › 1. › Unit price* `1` → `2`"
