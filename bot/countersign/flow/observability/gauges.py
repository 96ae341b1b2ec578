"""The gauges that come from the database: the same in every process, read when somebody asks for them."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PendingCount:
    """How many approvals of one graph wait under one rule."""

    graph: str
    rule: str  # of the first row; empty without one
    count: int


@dataclass(frozen=True, kw_only=True)
class DatabaseGauges:
    """Times are in seconds, 0 where nothing waits."""

    pending: tuple[PendingCount, ...]  # the largest first
    oldest_pending: float
    undelivered: int  # decided, and the graph has not taken the answer
    oldest_undelivered: float
    unposted: int
    oldest_unposted: float
    unreviewed: int
    halted: int
    queue_waiting: int  # threads with something to do that no worker does yet
    queue_running: int
    queue_lag: float  # since when the first of those waits
    installed_workspaces: int  # by OAuth
    workers: int  # that were alive within the last seconds
