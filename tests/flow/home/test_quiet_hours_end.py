"""When somebody's quiet hours last, by the clock of their zone."""

from datetime import UTC, datetime, time

import pytest

from countersign.flow.home.quiet_hours import EmptyQuietHours, QuietHours

NIGHT = QuietHours(begins=time(22), ends=time(7), zone="Europe/Berlin")
NOON = QuietHours(begins=time(12), ends=time(13), zone="Europe/Berlin")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        (NIGHT, "2026-11-26T21:59:59+01:00", None),
        (NIGHT, "2026-11-26T22:00:00+01:00", "2026-11-27T07:00:00+01:00"),
        (NIGHT, "2026-11-26T23:59:59+01:00", "2026-11-27T07:00:00+01:00"),
        (NIGHT, "2026-11-27T00:00:00+01:00", "2026-11-27T07:00:00+01:00"),
        (NIGHT, "2026-11-27T06:59:59+01:00", "2026-11-27T07:00:00+01:00"),
        (NIGHT, "2026-11-27T07:00:00+01:00", None),
        (NIGHT, "2026-11-26T21:00:00+00:00", "2026-11-27T07:00:00+01:00"),
        (NOON, "2026-11-26T11:59:59+01:00", None),
        (NOON, "2026-11-26T12:00:00+01:00", "2026-11-26T13:00:00+01:00"),
        (NOON, "2026-11-26T12:59:59+01:00", "2026-11-26T13:00:00+01:00"),
        (NOON, "2026-11-26T13:00:00+01:00", None),
        (NIGHT, "2026-12-31T23:00:00+01:00", "2027-01-01T07:00:00+01:00"),
        (NIGHT, "2026-03-28T23:00:00+01:00", "2026-03-29T07:00:00+02:00"),
    ],
)
def test_they_last_from_their_beginning_until_just_before_their_end(
    hours: QuietHours, now: str, until: str | None
) -> None:
    ends = hours.until(moment(now))

    assert ends == (moment(until) if until is not None else None)
    assert ends is None or ends.tzinfo is UTC


def test_an_end_that_the_clock_jumps_over_is_the_moment_after() -> None:
    hours = QuietHours(begins=time(1), ends=time(2, 30), zone="Europe/Berlin")
    assert hours.until(moment("2026-03-29T01:30:00+01:00")) == moment("2026-03-29T03:30:00+02:00")


def test_they_have_to_end_at_another_time_than_they_begin() -> None:
    with pytest.raises(EmptyQuietHours):
        QuietHours(begins=time(7), ends=time(7), zone="UTC")
