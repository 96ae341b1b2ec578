"""Durations and working hours, held against counting minute by minute."""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.approvals.policy.clock.durations import MAX_LENGTH, format_duration, parse_duration
from countersign.approvals.policy.clock.public_holidays import is_holiday, is_known, similar_code
from countersign.approvals.policy.clock.working_hours import (
    WorkingHours,
    after_working,
    is_open,
)
from tests.approvals.policy.clock.office_hours import BERLIN, MINUTE, OFFICE

# --- durations


def working_time(when: WorkingHours, start: datetime, end: datetime) -> timedelta:
    """The longest working time, in minutes, that is over by `end` where it begins at `start`."""
    minutes = range((end - start) // MINUTE + 1)
    return (bisect_right(minutes, False, key=lambda each: not _is_over(when, start, each, end)) - 1) * MINUTE


def _is_over(when: WorkingHours, start: datetime, minutes: int, end: datetime) -> bool:
    over = after_working(when, start, minutes * MINUTE)
    return minutes == 0 or (over is not None and over <= end)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30m", 1800),
        ("2h", 7200),
        ("3d", 259_200),
        ("1h30m", 5400),
        ("1.5h", 5400),
        ("45s", 45),
        ("1w 1d", 691_200),
    ],
)
def test_a_duration_is_read(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "0m", "5", "m", "1y", "-1h", "1h-", "1e3s", "1h,", "٣h", "9" * 9 + "w", "1h" * 40]
)
def test_what_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


@given(st.integers(1, int(MAX_LENGTH.total_seconds() * 1000)))
def test_a_duration_that_is_written_is_read_back(milliseconds: int) -> None:
    duration = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(duration)) == duration


# --- working hours

moments = st.integers(0, 330_000).map(lambda minutes: datetime(2026, 3, 20, tzinfo=UTC) + minutes * MINUTE)
hours = st.builds(
    WorkingHours,
    days=st.frozensets(st.integers(0, 6), min_size=2),
    opens=st.integers(0, 1439),
    closes=st.integers(1, 1440),
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "UTC", "Australia/Lord_Howe", "Asia/Kathmandu"]
    ),
    holidays=st.sampled_from([(), ("DE",)]),
).filter(lambda each: each.opens != each.closes)


@settings(max_examples=60, deadline=None)  # the first one loads the holidays
@given(hours, moments, st.integers(1, 300))
def test_working_time_is_what_counting_open_minutes_comes_to(
    when: WorkingHours, start: datetime, minutes: int
) -> None:
    end = after_working(when, start, minutes * MINUTE)
    assert end is not None
    counted = 0
    moment = start
    while moment < end:
        counted += is_open(when, moment)
        moment += MINUTE
    assert counted == minutes
    assert is_open(when, end - MINUTE), "it does not end later than it must"
    assert working_time(when, start, end) == minutes * MINUTE


@settings(deadline=None)
@given(hours, moments, st.integers(0, 20_000))
def test_is_open_agrees_with_the_wall_clock(when: WorkingHours, start: datetime, ahead: int) -> None:
    moment = start + ahead * MINUTE
    local = moment.astimezone(ZoneInfo(when.zone))
    minute = local.hour * 60 + local.minute
    today, yesterday = local.date(), local.date() - timedelta(days=1)
    works = [
        day.weekday() in when.days and not any(is_holiday(code, day) for code in when.holidays)
        for day in (today, yesterday)
    ]
    if when.opens < when.closes:
        expected = works[0] and when.opens <= minute < when.closes
    else:
        expected = (works[0] and minute >= when.opens) or (works[1] and minute < when.closes)
    transition = any(
        (local + offset).utcoffset() != local.utcoffset()
        for offset in (timedelta(hours=-3), timedelta(hours=3))
    )
    if not transition:  # where a time of day comes twice or never, the window's real length counts
        assert is_open(when, moment) == expected


def test_the_weekend_and_a_holiday_stop_the_clock() -> None:
    christmas_eve = datetime(2026, 12, 24, 17, 0, tzinfo=BERLIN)  # a Thursday
    with_holidays = WorkingHours(
        days=OFFICE.days, opens=OFFICE.opens, closes=OFFICE.closes, zone=OFFICE.zone, holidays=("DE",)
    )
    ends = after_working(with_holidays, christmas_eve, timedelta(hours=2))
    assert ends == datetime(2026, 12, 28, 10, 0, tzinfo=BERLIN), "after the 25th, a Friday, and the weekend"
    assert after_working(OFFICE, christmas_eve, timedelta(hours=2)) == datetime(
        2026, 12, 25, 10, 0, tzinfo=BERLIN
    )


@pytest.mark.parametrize(("day", "real_hours"), [((2026, 3, 29), 3), ((2026, 10, 25), 5), ((2026, 6, 1), 4)])
def test_a_window_in_which_the_clocks_change_lasts_as_long_as_it_lasts(
    day: tuple[int, int, int], real_hours: int
) -> None:
    nights = WorkingHours(days=frozenset(range(7)), opens=0, closes=4 * 60, zone="Europe/Berlin")
    midnight = datetime(*day, tzinfo=BERLIN)
    assert working_time(nights, midnight, midnight + timedelta(hours=12)) == timedelta(hours=real_hours)


def test_a_duration_that_ends_with_the_day_ends_that_evening() -> None:
    assert after_working(OFFICE, datetime(2026, 11, 27, 16, tzinfo=BERLIN), timedelta(hours=2)) == datetime(
        2026, 11, 27, 18, tzinfo=BERLIN
    )


def test_without_hours_every_moment_counts_across_a_change_of_clocks() -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    assert after_working(None, start, timedelta(days=1)) == start.astimezone(UTC) + timedelta(hours=24)


def test_hours_that_never_come_end_never() -> None:
    never = WorkingHours(days=frozenset(), opens=0, closes=60, zone="UTC")
    assert after_working(never, datetime(2026, 1, 1, tzinfo=UTC), MINUTE) is None


def test_working_time_ends_where_it_is_asked_to_end_within_a_window_or_between_two() -> None:
    thursday = datetime(2026, 11, 26, 17, tzinfo=BERLIN)
    assert working_time(OFFICE, thursday, thursday + 30 * MINUTE) == 30 * MINUTE
    assert working_time(OFFICE, thursday, datetime(2026, 11, 27, 3, tzinfo=BERLIN)) == 60 * MINUTE
    assert working_time(OFFICE, thursday, datetime(2026, 11, 27, 9, 1, tzinfo=BERLIN)) == 61 * MINUTE


def test_no_time_is_over_at_once_only_within_a_window() -> None:
    before_work = datetime(2026, 11, 26, 8, tzinfo=BERLIN)
    assert after_working(OFFICE, before_work, timedelta(0)) == datetime(2026, 11, 26, 9, tzinfo=BERLIN)
    closing = datetime(2026, 11, 26, 18, tzinfo=BERLIN)
    assert after_working(OFFICE, closing, timedelta(0)) == datetime(2026, 11, 27, 9, tzinfo=BERLIN)


def test_hours_up_to_midnight_and_hours_past_it() -> None:
    up_to_midnight = WorkingHours(days=frozenset(range(7)), opens=1380, closes=1440, zone="UTC")
    past_midnight = WorkingHours(days=frozenset({0}), opens=1380, closes=30, zone="UTC")
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    assert working_time(up_to_midnight, monday, monday + timedelta(days=2)) == timedelta(hours=2)
    assert working_time(past_midnight, monday, monday + timedelta(days=7)) == timedelta(minutes=90)
    assert is_open(past_midnight, monday + timedelta(hours=24, minutes=29))
    assert not is_open(past_midnight, monday + timedelta(hours=24, minutes=30))


def test_hours_at_the_end_of_the_calendar_come_to_an_end() -> None:
    last = datetime(9999, 12, 30, tzinfo=UTC)
    every_day = WorkingHours(days=frozenset(range(7)), opens=60, closes=120, zone="UTC")
    assert after_working(every_day, last, timedelta(hours=5)) is None
    assert working_time(every_day, last, last + timedelta(hours=20)) == timedelta(hours=1)


def test_hours_that_come_within_decades_are_waited_for() -> None:
    leap = WorkingHours(days=frozenset({0}), opens=0, closes=1, zone="UTC")
    start = datetime(2026, 1, 1, tzinfo=UTC)
    weeks = 52 * 29
    ends = after_working(leap, start, weeks * MINUTE)
    assert ends is not None
    assert ends - start == timedelta(days=4 + 7 * (weeks - 1), minutes=1)
    assert after_working(leap, start, 53 * 31 * MINUTE) is None


def test_holiday_codes() -> None:
    assert is_holiday("DE", date(2026, 10, 3))
    assert is_holiday("DE-BY", date(2026, 1, 6))
    assert not is_holiday("DE-HH", date(2026, 1, 6))
    assert is_known("XECB")
    assert not is_known("XX")
    assert similar_code("de") == "DE"
    assert similar_code("DE-bY") == "DE-BY"
    assert similar_code("DE-?????") == "DE"
    assert similar_code("xecb") == "XECB"
    assert similar_code("123456") is None
    for code in ("XECB-BY", "DE-XX", ""):
        assert not is_known(code)
