"""A number that the state has and the question writes in other words."""

import pytest

from countersign.approvals.json import Json
from countersign.flow.policy.edits.written_numbers import is_written_alike, the_number


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (5, "5 EUR"),
        (5, "5.00"),
        (5, "EUR 5"),
        (5, "EUR5"),
        (5, "\u20ac5"),
        (1500, "1,500.00 EUR"),
        (1500, "1.500,00 \u20ac"),
        (1500, "1 500"),
        (1500, "1'500 CHF"),
        (-5, "-5 EUR"),
        (5.5, "5,5 kg"),
        ("5", "5 EUR"),
    ],
)
def test_the_same_number_is_found_in_other_words(one: Json, other: Json) -> None:
    assert is_written_alike(one, other)
    assert is_written_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (5, 5),  # no text: compared as values
        (5, "15 EUR"),
        (5, "5 of 6"),
        (5, "A5-3"),
        (5, "five"),
        (5, ""),
        (5, None),
        (True, "1"),
        (5, ["5 EUR"]),
        (5, "5" + " EUR" * 100),
        ("lamps", "lamps!"),
    ],
)
def test_different_numbers_are_not_the_same_in_other_words(one: Json, other: Json) -> None:
    assert not is_written_alike(one, other)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7000, 7000),
        ("7000 EUR", 7000.0),
        ("7,000.00 EUR", 7000.0),
        ("7,000", None),
        ("lamps", None),
        (True, None),
    ],
)
def test_the_number_of_a_text_is_read_where_there_is_one_reading(value: Json, number: float | None) -> None:
    assert the_number(value) == number
