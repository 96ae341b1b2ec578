"""Live messages stay below Slack's rates, however many threads are busy."""

from collections import Counter

import pytest

from countersign.flow.errors import RateLimited
from countersign.slack.streams.rate_budget import RateBudget

SLACK = {
    "start": 20,
    "stop": 20,
    "append": 100,
    "update": 50,
}  # a minute, docs.slack.dev/apis/web-api/rate-limits


class Minutes:
    def __init__(self) -> None:
        self.now = 0.0
        self.calls: dict[str, list[float]] = {name: [] for name in SLACK}

    def most(self, name: str) -> int:
        """The most calls in any one minute."""
        times = self.calls[name]
        return max((sum(1 for t in times if at <= t < at + 60) for at in times), default=0)


def test_sixty_busy_threads_stay_below_every_rate() -> None:
    clock = Minutes()
    budget = RateBudget(lambda: clock.now)
    streams: Counter[int] = Counter()
    for tick in range(600):  # ten minutes, and each stream is open for half a minute
        clock.now = float(tick)
        for thread in range(60):
            try:
                if thread not in streams:
                    budget.start(str(thread), f"C{thread % 7}")
                    clock.calls["start"].append(clock.now)
                    streams[thread] = tick
                elif tick - streams[thread] > 30:
                    budget.ended(str(thread))
                    clock.calls["stop"].append(clock.now)
                    clock.calls["update"].append(clock.now)  # the message takes the stream over
                    del streams[thread]
                else:
                    budget.append()
                    clock.calls["append"].append(clock.now)
            except RateLimited:
                continue

    assert {name: clock.most(name) <= most for name, most in SLACK.items()} == dict.fromkeys(SLACK, True)
    assert clock.most("append") > 50
    assert len(clock.calls["start"]) > 60


def test_who_has_to_wait_is_told_how_long() -> None:
    clock = Minutes()
    budget = RateBudget(lambda: clock.now)
    for _ in range(20):
        budget.update()
    clock.now = 20.0
    with pytest.raises(RateLimited) as limited:
        budget.update()
    assert limited.value.seconds == 40
    clock.now = 60.0
    budget.update()
