"""What an edit changed, as the card tells it."""

from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.json import Json
from countersign.interrupts import UNSET, Change, json_diff


def test_each_place_is_reported_with_before_and_after() -> None:
    before: Json = {"amount": 12, "to": {"name": "Bob", "zip": "1"}, "tags": ["a", "b"], "gone": True}
    after: Json = {"amount": 13, "to": {"name": "Bob", "zip": "2"}, "tags": ["a", "c"], "new": None}

    assert json_diff(before, after) == (
        Change(pointer="/amount", before=12, after=13, line_diff=None),
        Change(pointer="/to/zip", before="1", after="2", line_diff=None),
        Change(pointer="/tags/1", before="b", after="c", line_diff=None),
        Change(pointer="/gone", before=True, after=UNSET, line_diff=None),
        Change(pointer="/new", before=UNSET, after=None, line_diff=None),
    )


def test_a_list_of_another_length_is_one_change() -> None:
    (change,) = json_diff({"a/b": [1, 2]}, {"a/b": [2]})

    assert (change.pointer, change.before, change.after) == ("/a~1b", [1, 2], [2])


def test_types_count() -> None:
    assert [
        change.pointer for change in json_diff({"a": 1, "b": "1", "c": 1}, {"a": True, "b": 1, "c": 1.0})
    ] == [
        "/a",
        "/b",
    ]


def test_a_changed_text_is_a_change_of_the_whole() -> None:
    assert json_diff("Teh cat", "The cat")[0].pointer == "/"


def test_long_text_has_a_line_diff() -> None:
    before = "\n".join(f"line {at}" for at in range(30))
    after = before.replace("line 10", "line ten").replace("\nline 20", "")

    diff = json_diff(before, after)[0].line_diff
    assert diff is not None
    assert diff.split("\n") == [
        "…",
        "  line 8",
        "  line 9",
        "- line 10",
        "+ line ten",
        "  line 11",
        "  line 12",
        "…",
        "  line 18",
        "  line 19",
        "- line 20",
        "  line 21",
        "  line 22",
        "…",
    ]


@given(st.integers(2, 40), st.sets(st.integers(0, 39), min_size=1))
def test_replaced_lines_are_shown_with_the_two_unchanged_ones_on_either_side(
    count: int, numbers: set[int]
) -> None:
    replaced = {number % count for number in numbers}
    before = [f"line {number}" for number in range(count)]
    after = [f"new {number}" if number in replaced else before[number] for number in range(count)]
    shown = [number for number in range(count) if any(abs(number - each) <= 2 for each in replaced)]
    expected: list[str] = []
    for place, number in enumerate(shown):
        if number != (shown[place - 1] + 1 if place else 0):
            expected.append("…")
        if number not in replaced:
            expected.append(f"  line {number}")
        elif number - 1 not in replaced:
            run = list(takewhile(replaced.__contains__, range(number, count)))
            expected += [f"- line {each}" for each in run] + [f"+ new {each}" for each in run]
    if shown[-1] != count - 1:
        expected.append("…")

    (change,) = json_diff("\n".join(before), "\n".join(after))

    assert change.line_diff is not None
    assert change.line_diff.split("\n") == expected


def test_one_long_line_is_compared_sentence_by_sentence() -> None:
    end = "get twelve euros back within the next ten working days, at the very latest."
    before = "It is late. We are very sorry! You will " + end
    after = before.replace("twelve", "twenty")

    diff = json_diff(before, after)[0].line_diff
    assert diff is not None
    assert diff.split("\n") == [
        "  It is late.",
        "  We are very sorry!",
        "- You will " + end,
        "+ You will " + end.replace("twelve", "twenty"),
    ]


def line_diff(before: str, after: str) -> list[str] | None:
    (change,) = json_diff(before, after)
    return None if change.line_diff is None else change.line_diff.split("\n")


@pytest.mark.parametrize(("before", "after"), [(100, 99), (99, 100), (100, 100)])
def test_a_text_of_a_hundred_characters_is_shown_whole(before: int, after: int) -> None:
    assert line_diff("One. " + "o" * (before - 5), "One. " + "n" * (after - 5)) is None


@pytest.mark.parametrize(("before", "after"), [(101, 20), (20, 101)])
def test_one_character_more_on_either_side_and_it_is_compared_in_sentences(before: int, after: int) -> None:
    old, new = "o" * (before - 5), "n" * (after - 5)

    assert line_diff("One. " + old, "One. " + new) == ["  One.", f"- {old}", f"+ {new}"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("one", "one\ntwo", ["  one", "+ two"]),
        ("one\ntwo", "one", ["  one", "- two"]),
        ("same\nsame", "same\nsame\nsame", ["  same", "  same", "+ same"]),
        ("same\nsame\nsame", "same\nsame", ["  same", "  same", "- same"]),
    ],
)
def test_a_line_more_or_less_is_a_line_diff(before: str, after: str, expected: list[str]) -> None:
    assert line_diff(before, after) == expected


def _around_a_common_line(old: int, new: int) -> tuple[str, str]:
    """Texts of that many lines that differ in all but one, which is not at their ends."""
    return (
        "\n".join([f"old {at}" for at in range(old - 2)] + ["common", "last old"]),
        "\n".join(["new first", "common"] + [f"new {at}" for at in range(new - 2)]),
    )


@pytest.mark.parametrize(("old", "new"), [(500, 500), (400, 600), (600, 400)])
def test_up_to_a_thousand_lines_are_searched_for_what_is_common(old: int, new: int) -> None:
    diff = line_diff(*_around_a_common_line(old, new))
    assert diff is not None
    assert "  common" in diff


@pytest.mark.parametrize(("old", "new"), [(400, 601), (601, 400)])
def test_of_more_lines_all_are_shown_as_removed_and_added(old: int, new: int) -> None:
    before, after = _around_a_common_line(old, new)

    assert line_diff(before, after) == [
        *(f"- {line}" for line in before.split("\n")),
        *(f"+ {line}" for line in after.split("\n")),
    ]


def test_of_more_lines_but_as_many_on_both_sides_each_is_compared_at_its_place() -> None:
    before, after = _around_a_common_line(501, 501)
    pairs = zip(before.split("\n"), after.split("\n"), strict=True)

    assert line_diff(before, after) == [line for old, new in pairs for line in (f"- {old}", f"+ {new}")]


def test_a_line_that_occurs_often_is_found_to_be_common() -> None:
    before, after = ("\n".join(f"{word} {at}\n..." for at in range(150)) for word in ("old", "new"))

    diff = line_diff(before, after)
    assert diff is not None
    assert diff.count("  ...") == 150


def test_texts_that_have_nothing_in_common_are_shown_without_a_search() -> None:
    before, after = ("\n".join(f"{word} {at}" for at in range(20_000)) for word in ("old", "new"))

    diff = json_diff(before, after)[0].line_diff
    assert diff is not None
    assert diff.count("\n") == 40_000 - 1


def test_a_text_of_very_many_lines_shows_the_ones_that_changed() -> None:
    lines = [f"line {at}" for at in range(5000)]
    after = ["first", *lines[1:4000], "late", *lines[4001:-1], "last"]

    (change,) = json_diff("\n".join(lines), "\n".join(after))

    assert change.line_diff == ("- line 0\n+ first\n…\n- line 4000\n+ late\n…\n- line 4999\n+ last")


def test_an_empty_line_that_is_unchanged_stays_empty() -> None:
    diff = line_diff("one\n\ntwo\n\nthree", "one\n\n2\n\nthree")
    assert diff == ["  one", "", "- two", "+ 2", "", "  three"]
