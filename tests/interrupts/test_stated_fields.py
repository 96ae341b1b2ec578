"""What a payload states about its request: a title, how long it waits, its risk."""

from datetime import timedelta

import pytest

from countersign.approvals.json import Json
from countersign.interrupts.dialects.requests.request_builder import TITLE_LIMIT, title_text
from countersign.interrupts.dialects.requests.review_fields import duration

TEN_YEARS = timedelta(days=3650)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Pay?", "Pay?"),
        ("x" * TITLE_LIMIT, "x" * TITLE_LIMIT),
        ("x" * (TITLE_LIMIT + 1), "x" * (TITLE_LIMIT - 1) + "…"),
        ("two\nlines", "two⟨U+000A⟩lines"),
    ],
)
def test_a_title_is_one_line_that_a_header_takes(text: str, title: str) -> None:
    assert title_text(text) == title
    assert len(title) <= TITLE_LIMIT


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ("90s", timedelta(seconds=90)),
        (" 30 m ", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
        (90, timedelta(seconds=90)),
        (0.5, timedelta(seconds=0.5)),
        (1, timedelta(seconds=1)),
        ("3650d", TEN_YEARS),
        (TEN_YEARS.total_seconds(), TEN_YEARS),
        ("3651d", None),
        (TEN_YEARS.total_seconds() + 1, None),
        ("0s", None),
        (0, None),
        (-1, None),
        (True, None),
        ("2 weeks", None),
        ("1h30m", None),
        ("1234567s", None),
        (["2h"], None),
        (None, None),
    ],
)
def test_a_length_of_time_is_written_with_its_unit_or_in_seconds(
    value: Json, length: timedelta | None
) -> None:
    assert duration(value) == length
