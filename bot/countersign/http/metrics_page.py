"""GET /metrics: this process's counters, and the gauges of the database.

A database that is slow or away never holds it up: it has no gauges then, and `countersign_database_up` is 0.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

import structlog

from countersign.flow.observability.database_metrics import PoolStatus
from countersign.flow.observability.gauges import DatabaseGauges
from countersign.flow.observability.metrics import Metrics
from countersign.store.connections.pool import Pool
from countersign.store.gauges import GaugeReader

_MAX_AGE = 5.0  # seconds in which several scrapes share one reading
# A reading that took a busy database long is kept fifty times as long as it took, so that scrapes cost it at
# most a fiftieth of its time, but at most a minute.
_KEPT_FOR, _OLDEST = 50, 60.0
_TIMEOUT = 2.0  # seconds that a scrape waits; Prometheus gives up after 10

log = structlog.get_logger()


class MetricsPage:
    """`read` is called by one scrape at a time; the others wait for the same reading."""

    def __init__(
        self,
        metrics: Metrics,
        read: Callable[[], Awaitable[DatabaseGauges]],
        *,
        max_age: float = _MAX_AGE,
        timeout: float = _TIMEOUT,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._metrics = metrics
        self._read = read
        self._max_age = max_age
        self._timeout = timeout
        self._reading: asyncio.Task[DatabaseGauges | None] | None = None
        self._latest: DatabaseGauges | None = None
        self._monotonic = monotonic
        self._good_until = float("-inf")

    async def __call__(self) -> bytes:
        """The page in Prometheus' text format."""
        self._metrics.database.show(await self._gauges())
        return self._metrics.render()

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading

    async def _gauges(self) -> DatabaseGauges | None:
        if self._monotonic() < self._good_until:
            return self._latest
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_once())
        # Not cancelled when it takes too long: that would wait for the database as well.
        done, _ = await asyncio.wait({self._reading}, timeout=self._timeout)
        return self._reading.result() if done else None

    async def _read_once(self) -> DatabaseGauges | None:
        began = self._monotonic()
        try:
            self._latest = await self._read()
        except Exception as error:  # noqa: BLE001 -- whatever it is, the page has no gauges then
            log.warning("gauges_not_read", reason=type(error).__name__)
            return None
        ended = self._monotonic()
        self._good_until = ended + max(self._max_age, min(_KEPT_FOR * (ended - began), _OLDEST))
        return self._latest


@asynccontextmanager
async def open_metrics_page(
    metrics: Metrics, gauges: GaugeReader, pools: Mapping[str, Pool]
) -> AsyncIterator[MetricsPage]:
    """The page of this process, with the state of its connections."""
    metrics.database.pools = lambda: _status_of(pools)
    page = MetricsPage(metrics, gauges.read)
    try:
        yield page
    finally:
        await page.close()


def _status_of(pools: Mapping[str, Pool]) -> dict[str, PoolStatus]:
    found = {}
    for name, pool in pools.items():
        stats = pool.get_stats()
        idle = stats.get("pool_available", 0)
        found[name] = PoolStatus(
            used=stats.get("pool_size", 0) - idle, idle=idle, waiting=stats.get("requests_waiting", 0)
        )
    return found
