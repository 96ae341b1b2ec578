"""Until when a delegation lasts, in the zone of whoever wrote it."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.assignment.delegation_period import PeriodIsOver, UnclearPeriod, period_end
from countersign.approvals.errors import CountersignError

BERLIN = ZoneInfo("Europe/Berlin")
THURSDAY = datetime(2026, 11, 26, 16, 0, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("until friday", datetime(2026, 11, 28, 0, 0, tzinfo=BERLIN)),
        ("until Fri", datetime(2026, 11, 28, 0, 0, tzinfo=BERLIN)),
        ("until thursday", datetime(2026, 11, 27, 0, 0, tzinfo=BERLIN)),
        ("until wednesday", datetime(2026, 12, 3, 0, 0, tzinfo=BERLIN)),
        ("until 2026-12-01", datetime(2026, 12, 2, 0, 0, tzinfo=BERLIN)),
        ("until 2026-12-01 09:30", datetime(2026, 12, 1, 9, 30, tzinfo=BERLIN)),
        ("until friday at 12:00", datetime(2026, 11, 27, 12, 0, tzinfo=BERLIN)),
        ("until today", datetime(2026, 11, 27, 0, 0, tzinfo=BERLIN)),
        ("until tomorrow", datetime(2026, 11, 28, 0, 0, tzinfo=BERLIN)),
        ("until 23:59", datetime(2026, 11, 26, 23, 59, tzinfo=BERLIN)),
        ("until 00:00", datetime(2026, 11, 27, 0, 0, tzinfo=BERLIN)),
        ("until 17:00", datetime(2026, 11, 26, 17, 0, tzinfo=BERLIN)),
        ("until 06:00", datetime(2026, 11, 27, 6, 0, tzinfo=BERLIN)),
        ("for 3d", THURSDAY + timedelta(days=3)),
        ("for 1h30m", THURSDAY + timedelta(minutes=90)),
    ],
)
def test_what_people_write(text: str, end: datetime) -> None:
    assert period_end(text, THURSDAY, BERLIN) == end


def test_a_day_ends_at_midnight_where_they_are() -> None:
    late = datetime(2026, 11, 27, 1, tzinfo=UTC)  # Friday in London, Thursday in New York
    assert period_end("until friday", late, ZoneInfo("America/New_York")) == datetime(
        2026, 11, 28, 5, tzinfo=UTC
    )


def test_days_of_the_clock_change_have_their_own_length() -> None:
    saturday = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    end = period_end("until sunday", saturday, BERLIN)
    assert end.astimezone(UTC) == datetime(2026, 3, 29, 22, tzinfo=UTC)


@pytest.mark.parametrize("text", ["until 2026-11-25", "until today 15:00", "until 2020-01-01 10:00"])
def test_what_is_over(text: str) -> None:
    with pytest.raises(PeriodIsOver):
        period_end(text, THURSDAY, BERLIN)


@pytest.mark.parametrize(
    "text",
    ["", "friday", "until", "until someday", "until 2026-13-01", "until 2026-02-30", "until 25:00",
     "until 9999-12-31", "for", "for ever", "for -3d", "for 0d", "until friday 17:00 sharp", "until 12:99",
     "until 24:00", "until 12:60"],
)  # fmt: skip
def test_what_is_unclear(text: str) -> None:
    with pytest.raises(UnclearPeriod):
        period_end(text, THURSDAY, BERLIN)


@given(st.text(max_size=40), st.sampled_from(["until ", "for ", ""]))
def test_any_text_is_a_later_moment_or_an_error_for_people(text: str, word: str) -> None:
    with suppress(CountersignError):
        assert period_end(word + text, THURSDAY, BERLIN) > THURSDAY
