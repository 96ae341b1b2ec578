"""Working hours: a clock that runs on some days, between two times of day, in one place's time zone.

Durations are measured in real seconds between UTC moments, so a window in which the clocks change is an hour
shorter or longer, as it is for the people who work in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from countersign.approvals.policy.clock.public_holidays import is_holiday

DAY = 24 * 60  # minutes
_MAX_DAYS = 366 * 30  # beyond that a moment counts as never


@dataclass(frozen=True, kw_only=True)
class WorkingHours:
    days: frozenset[int]  # 0 is Monday
    opens: int  # minutes after midnight, 0 to 1439
    closes: int  # minutes after midnight, 1 to 1440; at or before `opens` it is on the next day
    zone: str  # an IANA name
    holidays: tuple[str, ...] = ()  # codes of `public_holidays`; a window that begins on one does not open


def is_open(hours: WorkingHours, moment: datetime) -> bool:
    """Whether the moment is within working hours. The last minute's end is outside."""
    local = moment.astimezone(ZoneInfo(hours.zone)).date()
    days = (local - timedelta(days=1), local)  # yesterday's window may go past midnight
    return any(_opens_on(hours, day) and _begins(hours, day) <= moment < _ends(hours, day) for day in days)


def after_working(hours: WorkingHours | None, start: datetime, duration: timedelta) -> datetime | None:
    """When so much working time has passed since `start`, in UTC; None if that is decades away.

    Without hours every moment counts. A duration that ends with a window ends there, not when the next opens.
    """
    start = start.astimezone(UTC)
    if hours is None:
        return start + duration
    left = duration
    for opens, closes in _windows(hours, start):
        opens = max(opens, start)  # noqa: PLW2901  # the window as far as it lies ahead
        if opens < closes and left <= closes - opens:
            return opens + left
        left -= max(closes - opens, timedelta(0))
    return None


def _windows(hours: WorkingHours, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The windows that end after `start`, in order, as UTC moments."""
    first = start.astimezone(ZoneInfo(hours.zone)).date() - timedelta(days=1)
    for number in range(_MAX_DAYS):
        try:
            day = first + timedelta(days=number)
        except OverflowError:
            return
        if _opens_on(hours, day):
            yield _begins(hours, day), _ends(hours, day)


def _opens_on(hours: WorkingHours, day: date) -> bool:
    return day.weekday() in hours.days and not any(is_holiday(code, day) for code in hours.holidays)


def _begins(hours: WorkingHours, day: date) -> datetime:
    return _moment(day, hours.opens, hours.zone)


def _ends(hours: WorkingHours, day: date) -> datetime:
    overnight = DAY if hours.closes <= hours.opens else 0
    return _moment(day, hours.closes + overnight, hours.zone)


def _moment(day: date, minutes: int, zone: str) -> datetime:
    """A time of day in UTC. One that the clocks skip is taken as if they had not been put forward yet."""
    later, minutes = divmod(minutes, DAY)
    local = datetime.combine(day + timedelta(days=later), time(*divmod(minutes, 60)), ZoneInfo(zone))
    return local.astimezone(UTC)
