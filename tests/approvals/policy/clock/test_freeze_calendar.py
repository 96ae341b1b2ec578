"""Freezes from iCalendar text: recurring, all-day and floating events, and files that are none."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from countersign.approvals.policy.clock.freeze_calendar import (
    BadCalendar,
    Freeze,
    FreezeCalendar,
    read_calendar,
)
from countersign.i18n import reader_language

BERLIN = ZoneInfo("Europe/Berlin")


def calendar(*events: str, head: str = "") -> str:
    body = "".join(f"BEGIN:VEVENT\nUID:{at}\n{event}\nEND:VEVENT\n" for at, event in enumerate(events))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//t//\n{head}{body}END:VCALENDAR\n".replace("\n", "\r\n")


WEEKEND = (
    "SUMMARY:Weekend\nDTSTART;TZID=Europe/Berlin:20261120T180000\n"
    "DTEND;TZID=Europe/Berlin:20261123T080000\nRRULE:FREQ=WEEKLY"
)


@pytest.mark.parametrize(
    ("moment", "frozen"),
    [
        (datetime(2026, 11, 20, 17, 59, 59, tzinfo=BERLIN), False),
        (datetime(2026, 11, 20, 18, 0, tzinfo=BERLIN), True),
        (datetime(2026, 11, 23, 7, 59, 59, tzinfo=BERLIN), True),
        (datetime(2026, 11, 23, 8, 0, tzinfo=BERLIN), False),
        (datetime(2027, 7, 3, 12, tzinfo=BERLIN), True),
        (datetime(2027, 7, 2, 17, 30, tzinfo=BERLIN), False),
        (datetime(2026, 11, 13, 20, tzinfo=BERLIN), False),
    ],
)
def test_a_weekly_freeze_lasts_from_its_start_up_to_its_end_in_its_own_zone(
    moment: datetime, frozen: bool
) -> None:
    found = read_calendar(calendar(WEEKEND)).at(moment.astimezone(UTC))
    assert (found is not None) is frozen
    if found is not None:
        assert str(found.summary) == "Weekend"
        assert found.until is not None
        assert found.until.astimezone(BERLIN).hour == 8


@pytest.mark.parametrize(("zone", "frozen"), [("Europe/Berlin", True), ("America/New_York", False)])
def test_an_all_day_event_is_a_day_of_the_zone_that_is_given(zone: str, frozen: bool) -> None:
    christmas = read_calendar(
        calendar("SUMMARY:Xmas\nDTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227")
    )
    shortly_after_midnight = datetime(2026, 12, 24, 0, 30, tzinfo=BERLIN)
    assert (christmas.at(shortly_after_midnight, zone) is not None) is frozen


def test_a_calendar_may_name_its_own_zone() -> None:
    text = calendar("DTSTART:20261201T100000\nDTEND:20261201T120000", head="X-WR-TIMEZONE:America/New_York\n")
    found = read_calendar(text)
    assert found.at(datetime(2026, 12, 1, 16, tzinfo=UTC)) is not None
    assert found.at(datetime(2026, 12, 1, 11, tzinfo=UTC)) is None


def test_of_two_freezes_the_one_that_ends_last_is_reported() -> None:
    found = read_calendar(
        calendar(WEEKEND, "SUMMARY:Audit\nDTSTART:20261121T000000Z\nDTEND:20261201T000000Z")
    ).at(datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert found == Freeze(summary="Audit", until=datetime(2026, 12, 1, tzinfo=UTC))


def test_a_freeze_is_named_by_its_summary_as_far_as_a_card_has_room() -> None:
    during = "DTSTART:20261201T100000Z\nDTEND:20261201T120000Z"
    noon = datetime(2026, 12, 1, 11, tzinfo=UTC)
    assert read_calendar(calendar(f"SUMMARY:{'s' * 500}\n{during}")).at(noon) == Freeze(
        summary="s" * 200, until=datetime(2026, 12, 1, 12, tzinfo=UTC)
    )
    nameless = read_calendar(calendar(during)).at(noon)
    assert nameless is not None
    assert str(nameless.summary) == "freeze"


def test_a_cancelled_event_is_none_and_an_exception_date_is_left_out() -> None:
    assert (
        read_calendar(calendar(f"{WEEKEND}\nSTATUS:CANCELLED")).at(datetime(2026, 11, 21, tzinfo=UTC)) is None
    )
    without = calendar(f"{WEEKEND}\nEXDATE;TZID=Europe/Berlin:20261127T180000")
    assert read_calendar(without).at(datetime(2026, 11, 28, tzinfo=UTC)) is None
    assert read_calendar(without).at(datetime(2026, 12, 5, tzinfo=UTC)) is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not an iCalendar file"),
        ("freeze on Friday", "not an iCalendar file"),
        (calendar("SUMMARY:a\nDTSTART:friday"), "event “a”: DTSTART cannot be read"),
        (calendar("SUMMARY:a"), "event “a” has no DTSTART"),
        (calendar("DTSTART;TZID=Mars/Base:20261201T100000"), "the time zone Mars/Base is not known"),
        (calendar("DTSTART:20260101T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY"), "more than once a day"),
        (calendar("DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;BYSECOND=0,1"), "more than once a day"),
        (calendar("DTSTART:20260101T000000Z\nRRULE:FREQ=NEVER"), "RRULE cannot be read"),
        ("x" * 1_000_001, "more than 1,000,000 characters"),
    ],
)
def test_what_is_no_calendar_is_reported(text: str, why: str) -> None:
    with pytest.raises(BadCalendar, match=why):
        read_calendar(text)


def test_a_calendar_that_turns_out_unreadable_counts_as_a_freeze() -> None:
    found = FreezeCalendar(text=calendar("SUMMARY:a")).at(datetime(2026, 11, 21, tzinfo=UTC))
    assert found is not None
    assert "cannot be read" in str(found.summary)
    with reader_language("ko"):
        assert "읽을 수 없음" in str(found.summary)
