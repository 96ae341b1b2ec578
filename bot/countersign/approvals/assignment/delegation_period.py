"""Until when a delegation lasts, as people write it: `until friday`, `until 2026-12-01`, `for 3d`."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from countersign.approvals.errors import CountersignError
from countersign.approvals.policy.clock.durations import parse_duration

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII)
_TIME = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})", re.ASCII)


class UnclearPeriod(CountersignError):
    """Say until when: `until friday`, `until 2026-12-01`, `until 17:00` or `for 3d`."""


class PeriodIsOver(CountersignError):
    """That time has passed. Choose a later one."""


def period_end(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """When the period ends, in the zone of whoever wrote it. A day counts to its end.

    `friday` is the next one, or today; `17:00` is the next one. Raises UnclearPeriod and PeriodIsOver.
    """
    word, _, rest = " ".join(text.casefold().split()).partition(" ")
    if word == "for":
        duration = parse_duration(rest)
        if duration is None:
            raise UnclearPeriod
        return now + duration
    if word != "until" or not rest:
        raise UnclearPeriod
    here = now.astimezone(zone)
    end = _moment(rest.replace("t", " ", 1) if _DAY.match(rest) else rest, here)
    if end <= now:
        raise PeriodIsOver
    return end


def _moment(text: str, here: datetime) -> datetime:
    """A day, a time, or a day and a time."""
    day_text, _, time_text = text.partition(" ")
    if not time_text and _TIME.fullmatch(day_text):
        at = _at(here.date(), day_text, here)
        return at if at > here else _at(here.date() + timedelta(days=1), day_text, here)
    day = _day(day_text, here.date())
    if not time_text:
        return _midnight(day + timedelta(days=1), here)
    return _at(day, time_text.removeprefix("at "), here)


def _day(text: str, today: date) -> date:
    if text == "today":
        return today
    if text == "tomorrow":
        return today + timedelta(days=1)
    for number, name in enumerate(_WEEKDAYS):
        if len(text) >= 3 and name.startswith(text):
            return today + timedelta(days=(number - today.weekday()) % 7)
    found = _DAY.fullmatch(text)
    if found is None:
        raise UnclearPeriod
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        raise UnclearPeriod from None
    if day.year >= date.max.year:
        raise UnclearPeriod
    return day


def _at(day: date, text: str, here: datetime) -> datetime:
    found = _TIME.fullmatch(text)
    if found is None or int(found["hour"]) > 23 or int(found["minute"]) > 59:
        raise UnclearPeriod
    return _midnight(day, here).replace(hour=int(found["hour"]), minute=int(found["minute"]))


def _midnight(day: date, here: datetime) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=here.tzinfo)
