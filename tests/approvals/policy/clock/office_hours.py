"""Working hours of an office in Berlin."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from countersign.approvals.policy.clock.working_hours import (
    WorkingHours,
)

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
OFFICE = WorkingHours(days=frozenset(range(5)), opens=9 * 60, closes=18 * 60, zone="Europe/Berlin")
