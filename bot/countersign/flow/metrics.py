"""What the bot counts, for GET /metrics."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_RUN_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """One registry per bot, so that two of them in one process count apart."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.steps = Histogram(
            "countersign_step_seconds",
            "How long a step of a thread took, graph and database together.",
            buckets=_RUN_SECONDS,
            registry=self.registry,
        )
        self.failed_runs = Counter(
            "countersign_failed_runs_total", "Runs that ended with an error.", registry=self.registry
        )
        self.decisions = Counter(
            "countersign_decisions_total",
            "Votes and cancellations that were saved, by event.",
            ["event"],
            registry=self.registry,
        )
        self.grants = Counter(
            "countersign_grants_total",
            "Grants, by event (given, used, revoked).",
            ["event"],
            registry=self.registry,
        )
        self.posts = Counter(
            "countersign_posts_total",
            "Messages handed to Slack, by kind and outcome (posted, postponed, refused).",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self.pending = Gauge(
            "countersign_pending_approvals", "Approvals that wait for people.", registry=self.registry
        )
        self.unposted = Gauge(
            "countersign_unposted_messages", "Messages that Slack has not taken yet.", registry=self.registry
        )

        self.unreviewed = Gauge(
            "countersign_unreviewed_break_glass",
            "Decisions by break_glass that no approver has reviewed.",
            registry=self.registry,
        )

    def render(self) -> bytes:
        return generate_latest(self.registry)
