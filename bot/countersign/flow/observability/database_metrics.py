"""The gauges of the database at GET /metrics. Without an answer they have no value."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from countersign.flow.observability.gauges import DatabaseGauges
from countersign.flow.observability.label_limit import OTHER

_PENDING_SERIES = 100  # pairs of graph and rule that are shown apart; the rest is `other`


@dataclass(frozen=True, kw_only=True)
class PoolStatus:
    """The connections of one pool of this process."""

    used: int
    idle: int
    waiting: int  # who waits for a free one


_GAUGES: Mapping[str, tuple[str, Callable[[DatabaseGauges], float]]] = {
    "pending_approvals": (
        "Approvals that wait for people.",
        lambda read: sum(each.count for each in read.pending),
    ),
    "oldest_pending_seconds": (
        "How long the oldest pending approval has waited.",
        lambda read: read.oldest_pending,
    ),
    "undelivered_decisions": (
        "Decisions that the graph has not taken yet.",
        lambda read: read.undelivered,
    ),
    "oldest_undelivered_seconds": (
        "How long the oldest of the decisions has waited that the graph has not taken yet.",
        lambda read: read.oldest_undelivered,
    ),
    "unposted_messages": ("Messages that Slack has not taken yet.", lambda read: read.unposted),
    "oldest_unposted_seconds": (
        "How long the oldest message has waited that Slack has not taken yet.",
        lambda read: read.oldest_unposted,
    ),
    "unreviewed_break_glass": (
        "Decisions by break_glass that no approver has reviewed.",
        lambda read: read.unreviewed,
    ),
    "halted_threads": (
        "Threads that stopped after a failure, until somebody tries again.",
        lambda read: read.halted,
    ),
    "queue_waiting": (
        "Threads with something to do that no worker does yet.",
        lambda read: read.queue_waiting,
    ),
    "queue_running": ("Threads that a worker is working on.", lambda read: read.queue_running),
    "queue_lag_seconds": (
        "How long the first thread has waited that no worker is working on.",
        lambda read: read.queue_lag,
    ),
    "installed_workspaces": (
        "Workspaces that installed the app by OAuth and are served.",
        lambda read: read.installed_workspaces,
    ),
    "workers": ("Workers that were alive within the last seconds.", lambda read: read.workers),
}


class DatabaseMetrics(Collector):
    """`pools` gives the state of this process's connections, by the name of the pool."""

    def __init__(self) -> None:
        self._read: DatabaseGauges | None = None
        self.pools: Callable[[], Mapping[str, PoolStatus]] = dict

    def show(self, read: DatabaseGauges | None) -> None:
        """What the database said just now. None: it did not answer."""
        self._read = read

    def collect(self) -> Iterable[Metric]:
        read = self._read
        up = 0 if read is None else 1
        yield GaugeMetricFamily(
            "countersign_database_up", "Whether the database answered in time for the gauges.", value=up
        )
        for name, (text, value) in _GAUGES.items():
            family = GaugeMetricFamily(f"countersign_{name}", text, labels=())
            if read is not None:
                family.add_metric((), value(read))
            yield family
        yield self._pending_by_rule(read)
        yield from self._connections()

    def _pending_by_rule(self, read: DatabaseGauges | None) -> Metric:
        family = GaugeMetricFamily(
            "countersign_pending_approvals_by_rule",
            "Approvals that wait for people, by graph and by the rule of their first row.",
            labels=("graph", "rule"),
        )
        groups = read.pending if read is not None else ()
        for each in groups[:_PENDING_SERIES]:
            family.add_metric((each.graph, each.rule), each.count)
        if rest := sum(each.count for each in groups[_PENDING_SERIES:]):
            family.add_metric((OTHER, OTHER), rest)
        return family

    def _connections(self) -> Iterable[Metric]:
        connections = GaugeMetricFamily(
            "countersign_database_connections",
            "Connections of this process to the database, by pool and state (used, idle).",
            labels=("pool", "state"),
        )
        waiting = GaugeMetricFamily(
            "countersign_database_connections_waited_for",
            "Tasks of this process that wait for a free connection, by pool.",
            labels=("pool",),
        )
        for name, status in self.pools().items():
            connections.add_metric((name, "used"), status.used)
            connections.add_metric((name, "idle"), status.idle)
            waiting.add_metric((name,), status.waiting)
        yield connections
        yield waiting
