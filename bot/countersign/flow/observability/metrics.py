"""What the bot counts, for GET /metrics."""

import platform

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from countersign import __version__
from countersign.flow.observability.database_metrics import DatabaseMetrics
from countersign.flow.observability.label_limit import LabelLimit

_RUN_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_CALL_SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_ACKNOWLEDGE_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10)  # Slack gives up after 3
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_DECISION_SECONDS = (
    *(5, 15, _MINUTE, 5 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE),
    *(_HOUR, 4 * _HOUR, 8 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY),
)


class Metrics:
    """One registry per bot, so that two of them in one process count apart."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.graph, self.method = LabelLimit(), LabelLimit()
        self.reason, self.rejection = LabelLimit(), LabelLimit()
        self.approvals = _ApprovalMetrics(self.registry)
        self.runs = _RunMetrics(self.registry)
        self.slack = _SlackMetrics(self.registry)
        self.database = DatabaseMetrics()
        self.registry.register(self.database)
        build = Gauge(
            "countersign_build_info",
            "Always 1; the labels say which build this is.",
            ["version", "python"],
            registry=self.registry,
        )
        build.labels(version=__version__, python=platform.python_version()).set(1)
        ProcessCollector(registry=self.registry)
        self.clock_ahead = Gauge(
            "countersign_clock_ahead_seconds",
            "How far this machine's clock is ahead of the database's.",
            registry=self.registry,
        )

    def render(self) -> bytes:
        return generate_latest(self.registry)


class _ApprovalMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.events = Counter(
            "countersign_approval_events_total",
            "Changes of approvals that this process saved, by event of the ledger.",
            ["event"],
            registry=registry,
        )
        self.decisions = Counter(
            "countersign_decisions_total",
            "Approvals that were decided, by outcome (approved, rejected, expired, cancelled).",
            ["graph", "outcome"],
            registry=registry,
        )
        self.time_to_decision = Histogram(
            "countersign_time_to_decision_seconds",
            "How long approvals waited for people, from the question to the decision.",
            ["graph"],
            buckets=_DECISION_SECONDS,
            registry=registry,
        )
        self.refusals = Counter(
            "countersign_refusals_total",
            "Decisions and starts that were refused, by the reason.",
            ["reason"],
            registry=registry,
        )
        self.grants = Counter(
            "countersign_grants_total",
            "Grants, by event (given, used, revoked).",
            ["event"],
            registry=registry,
        )


class _RunMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.steps = Histogram(
            "countersign_step_seconds",
            "How long a step of a thread took, graph and database together.",
            buckets=_RUN_SECONDS,
            registry=registry,
        )
        self.runs = Counter(
            "countersign_runs_total",
            "Runs of graphs, by kind (start, resume, continue, ask_again) and outcome (returned, failed,"
            " answer_refused, stopped, interrupted).",
            ["graph", "kind", "outcome"],
            registry=registry,
        )
        self.failed = Counter(
            "countersign_failed_runs_total",
            "Steps that ended with an error that was posted in the thread.",
            ["graph"],
            registry=registry,
        )
        self.feedback = Counter(
            "countersign_answer_feedback_total",
            "What people said of answers with the buttons below them, by verdict (good, bad).",
            ["verdict"],
            registry=registry,
        )
        self.repair_failures = Counter(
            "countersign_repair_failures_total",
            "Periodic repairs that failed.",
            ["repair"],
            registry=registry,
        )


class _SlackMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.acknowledgements = Histogram(
            "countersign_acknowledgement_seconds",
            "From the arrival of Slack's request to its answer, by kind (event, interaction, command).",
            ["kind"],
            buckets=_ACKNOWLEDGE_SECONDS,
            registry=registry,
        )
        self.unacknowledged = Counter(
            "countersign_unacknowledged_total",
            "Requests that were answered with an error: Slack tries again, or shows a failure.",
            ["kind"],
            registry=registry,
        )
        self.rejected = Counter(
            "countersign_rejected_requests_total",
            "HTTP requests that Slack did not sign, or that were too large or slow, by reason.",
            ["reason"],
            registry=registry,
        )
        self.calls = Counter(
            "countersign_slack_calls_total",
            "Calls of Slack's Web API, by method and outcome (ok, rate_limited, refused, unreachable).",
            ["method", "outcome"],
            registry=registry,
        )
        self.call_seconds = Histogram(
            "countersign_slack_call_seconds",
            "How long calls of Slack's Web API took, by method.",
            ["method"],
            buckets=_CALL_SECONDS,
            registry=registry,
        )
        self.posts = Counter(
            "countersign_posts_total",
            "Messages handed to Slack, by kind and outcome (posted, postponed, refused, failed).",
            ["kind", "outcome"],
            registry=registry,
        )
        self.connections = Gauge(
            "countersign_socket_mode_connections",
            "Socket Mode connections of this process, by state (open, wanted). No value over HTTP.",
            ["state"],
            registry=registry,
        )
