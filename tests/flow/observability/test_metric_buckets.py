"""Between which times operators can tell apart: the buckets of each histogram, as they say them."""

from datetime import timedelta

import pytest

from countersign.flow.observability.label_limit import LabelLimit
from countersign.flow.observability.metrics import Metrics

_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def seconds(text: str) -> float:
    number, unit = text.rstrip("smhdin"), text.lstrip("0123456789.")
    return float(number) * _UNITS[unit].total_seconds()


def observed(metrics: Metrics) -> None:
    """One time in each histogram: without it, one with labels has no buckets."""
    metrics.approvals.time_to_decision.labels(graph="g").observe(1)
    metrics.runs.steps.observe(1)
    metrics.slack.acknowledgements.labels(kind="event").observe(1)
    metrics.slack.call_seconds.labels(method="chat.postMessage").observe(1)


@pytest.mark.parametrize(
    ("name", "buckets"),
    [
        ("time_to_decision", "5s 15s 1min 5min 15min 30min 1h 4h 8h 1d 3d 7d"),
        ("step", "10ms 25ms 50ms 100ms 250ms 500ms 1s 2.5s 5s 10s 30s 1min 2min"),
        ("acknowledgement", "10ms 25ms 50ms 100ms 250ms 500ms 1s 2s 3s 5s 10s"),
        ("slack_call", "25ms 50ms 100ms 250ms 500ms 1s 2.5s 5s 10s"),
    ],
)
def test_the_times_that_are_told_apart(name: str, buckets: str) -> None:
    metrics = Metrics()
    observed(metrics)

    found = [
        float(sample.labels["le"])
        for family in metrics.registry.collect()
        if family.name == f"countersign_{name}_seconds"
        for sample in family.samples
        if sample.name.endswith("_bucket")
    ]

    assert found == [*map(pytest.approx, map(seconds, buckets.split())), float("inf")]


def test_the_build_is_always_one() -> None:
    (family,) = (each for each in Metrics().registry.collect() if each.name == "countersign_build_info")
    assert [sample.value for sample in family.samples] == [1]


def test_a_label_has_fifty_values_of_its_own_by_default() -> None:
    limit = LabelLimit()
    assert [limit(f"v{number}") for number in range(51)] == [*(f"v{number}" for number in range(50)), "other"]
    assert limit("v7") == "v7"
    assert limit(None) == "other"
