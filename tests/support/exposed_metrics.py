"""The metrics that the bot has, with their labels, read from its registry."""

from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.metrics_core import Metric

from countersign.flow.observability.metrics import Metrics


def exposed_metrics() -> dict[str, tuple[str, ...]]:
    """The labels of each of our metrics, by its name as queries have it, such as `..._total` of a counter."""
    found: dict[str, tuple[str, ...]] = {}
    for collector in Metrics().registry._collector_to_names:
        if isinstance(collector, MetricWrapperBase):
            suffix = "_total" if collector._type == "counter" else ""
            found[collector._name + suffix] = tuple(collector._labelnames)
        else:
            families: list[Metric] = list(collector.collect())
            found |= {family.name: tuple(getattr(family, "_labelnames", ())) for family in families}
    return {name: labels for name, labels in found.items() if name.startswith("countersign_")}
