"""What time it is for approvals, as a test says."""

from datetime import UTC, datetime, timedelta


class StillClock:
    """Stands still, until a test moves it."""

    def __init__(self, now: datetime = datetime(2026, 11, 26, 10, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class LateClock:
    """Now, and as much later as a test says."""

    def __init__(self) -> None:
        self.later = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.later
