"""Quiet hours: when somebody wants no direct messages of the bot. Cards in threads are not affected."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from countersign.approvals.errors import CountersignError


class EmptyQuietHours(CountersignError):
    """Quiet hours can't begin and end at the same time."""


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """Every day from `begins` to `ends`, which may be on the next day, by the clock of `zone`."""

    begins: time
    ends: time
    zone: str

    def __post_init__(self) -> None:
        if self.begins == self.ends:
            raise EmptyQuietHours

    def until(self, now: datetime) -> datetime | None:
        """When they end, in UTC, if they last at this moment; else None."""
        here = now.astimezone(ZoneInfo(self.zone))
        if self.begins < self.ends:
            lasts, ends_on = self.begins <= here.time() < self.ends, here.date()
        else:
            after_midnight = here.time() < self.ends
            lasts = after_midnight or here.time() >= self.begins
            ends_on = here.date() if after_midnight else here.date() + timedelta(days=1)
        if not lasts:
            return None
        # In a zone whose clock is put forward over the end, this is the moment right after.
        return datetime.combine(ends_on, self.ends, tzinfo=here.tzinfo).astimezone(UTC)
