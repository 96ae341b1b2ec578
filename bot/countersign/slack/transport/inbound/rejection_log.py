"""Logs rejected requests, rate-limited so that senders cannot fill the log."""

import time
from collections import Counter
from collections.abc import Callable

import structlog

from countersign.flow.observability.metrics import Metrics

INTERVAL = 60.0  # seconds between two lines

log = structlog.get_logger()


class RejectionLog:
    """Logs the first rejection at once, and the others as counts by reason, at most once per `INTERVAL`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, metrics: Metrics | None = None) -> None:
        self._clock = clock
        self._metrics = metrics or Metrics()
        self._counts: Counter[str] = Counter()
        self._next_line = float("-inf")

    def add(self, reason: str) -> None:
        """`reason` is one of a few texts of our own: nothing that a sender wrote."""
        self._counts[reason] += 1
        self._metrics.slack.rejected.labels(reason=self._metrics.rejection(reason)).inc()
        now = self._clock()
        if now < self._next_line:
            return
        log.warning("requests_rejected", counts=dict(self._counts))
        self._counts.clear()
        self._next_line = now + INTERVAL
