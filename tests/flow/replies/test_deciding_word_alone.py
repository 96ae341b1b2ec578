"""Which messages are nothing but a word that decides: they are not kept for later."""

import pytest

from countersign.flow.decisions.replies.reply_parser import is_deciding_word, seems_to_decide


@pytest.mark.parametrize(
    "text",
    ["approve", "Approved!", " *approve* 👍", "reject", "Rejected.", "`reject`", "❌ reject"],
)
def test_a_word_that_decides_alone(text: str) -> None:
    assert is_deciding_word(text)


@pytest.mark.parametrize(
    "text",
    ["", "  ", "reject: no budget", "reject no budget", "approve it", "yes", "approve, but only half", "❌"],
)
def test_what_is_more_or_less_than_such_a_word(text: str) -> None:
    assert not is_deciding_word(text)


@pytest.mark.parametrize(("before", "seems"), [(193, True), (194, False)])
def test_whether_it_seems_to_decide_is_looked_for_in_the_first_200_characters(
    before: int, seems: bool
) -> None:
    assert seems_to_decide("x" * before + " reject") is seems


@pytest.mark.parametrize("length", [60, 61])
def test_an_emoji_has_a_name_of_at_most_60_characters(length: int) -> None:
    assert is_deciding_word(f"reject :{'a' * length}:") is (length == 60)


def test_a_lone_colon_is_no_emoji() -> None:
    assert not is_deciding_word("reject :")
    assert not is_deciding_word(":")
