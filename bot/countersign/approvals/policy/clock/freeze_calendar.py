"""Freezes: an iCalendar file whose events are times in which only break-glass people may approve.

The only file that imports `icalendar` and `recurring_ical_events`, at the first use: a quarter of a second.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from countersign.approvals.errors import CountersignError
from countersign.i18n import AnyText, lazy_text

MAX_TEXT_LENGTH = 1_000_000  # characters of a calendar
_INSTANT = timedelta(seconds=1)
_TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}  # expanding them takes minutes, and no freeze comes so often
_LIBRARY_ERRORS = (ValueError, LookupError, TypeError, OverflowError, AttributeError)


class BadCalendar(CountersignError):
    """This is not an iCalendar file that freezes can be read from."""


@dataclass(frozen=True, kw_only=True)
class Freeze:
    """A freeze that lasts. `until` is when it ends, in UTC; None where the calendar cannot be read."""

    summary: AnyText
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class FreezeCalendar:
    """Compares by its text, so that a reload can tell whether the file changed."""

    text: str

    def at(self, moment: datetime, zone: str = "UTC") -> Freeze | None:
        """The freeze that lasts at this moment: of several, the one that ends last.

        All-day events, and times without a zone, are in the calendar's own zone (X-WR-TIMEZONE), else in
        `zone`. A cancelled event is none. A library error counts as a freeze: approvals wait.
        """
        local = moment.astimezone(ZoneInfo(zone))
        try:
            active = [
                Freeze(summary=_summary(event), until=_end(event, local))
                for event in _query(self.text).between(local, local + _INSTANT)
                if not _is_cancelled(event)
            ]
        except _LIBRARY_ERRORS as error:
            return Freeze(
                summary=lazy_text("the freeze calendar cannot be read ({error})", error=str(error)),
                until=None,
            )
        return max(active, key=lambda freeze: freeze.until or moment, default=None)


def read_calendar(text: str) -> FreezeCalendar:
    """The calendar of this iCalendar text. Raises BadCalendar, with what is wrong with which event."""
    if len(text) > MAX_TEXT_LENGTH:
        raise BadCalendar(f"it has more than {MAX_TEXT_LENGTH:,} characters")
    try:
        calendar = _parse(text)
    except _LIBRARY_ERRORS as error:
        raise BadCalendar(f"it is not an iCalendar file ({error})") from None
    for event in calendar.walk("VEVENT"):
        _check(event)
    read = FreezeCalendar(text=text)
    try:
        _query(text).between(datetime(2026, 1, 1, tzinfo=UTC), _INSTANT)
    except _LIBRARY_ERRORS as error:
        raise BadCalendar(f"its events cannot be read ({error})") from None
    return read


def _check(event: Any) -> None:
    name = _summary(event)
    if event.errors:
        key, why = event.errors[0]
        raise BadCalendar(f"event “{name}”: {key} cannot be read ({why})")
    start = event.get("DTSTART")
    if start is None:
        raise BadCalendar(f"event “{name}” has no DTSTART")
    named_zone = start.params.get("TZID")
    if named_zone and isinstance(start.dt, datetime) and start.dt.tzinfo is None:
        raise BadCalendar(f"event “{name}”: the time zone {named_zone} is not known")
    rules = event.get("RRULE", ())
    for rule in rules if isinstance(rules, list) else [rules] if rules else []:
        if _TOO_OFTEN & {str(each).upper() for each in rule.get("FREQ", ())} or {"BYSECOND", "BYMINUTE"} & {
            key.upper() for key in rule
        }:
            raise BadCalendar(f"event “{name}” comes again more than once a day; DAILY is the most")


def _summary(event: Any) -> AnyText:
    summary = event.get("SUMMARY")
    return str(summary)[:200] if summary else lazy_text("freeze")


def _is_cancelled(event: Any) -> bool:
    return str(event.get("STATUS") or "").upper() == "CANCELLED"


def _end(event: Any, local: datetime) -> datetime:
    end: date = event["DTEND"].dt
    if not isinstance(end, datetime):
        end = datetime.combine(end, time())
    return (end if end.tzinfo else end.replace(tzinfo=local.tzinfo)).astimezone(UTC)


_parsed: dict[str, Any] = {}  # a calendar's text -> its query; a policy names a few calendars
_MAX_PARSED = 32


def _query(text: str) -> Any:
    import recurring_ical_events  # noqa: PLC0415

    if text not in _parsed:
        if len(_parsed) >= _MAX_PARSED:
            _parsed.clear()
        _parsed[text] = recurring_ical_events.of(_parse(text))
    return _parsed[text]


def _parse(text: str) -> Any:
    import icalendar  # noqa: PLC0415

    return icalendar.Calendar.from_ical(text)
