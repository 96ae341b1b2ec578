"""Sends traces to a collector, if OTEL_EXPORTER_OTLP_ENDPOINT names one. It needs the extra `otel`.

An unreachable or slow collector only loses traces: they wait in a bounded queue that a background thread
sends, and what does not fit is dropped.
"""

import importlib
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from countersign.approvals.errors import CountersignError

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_LAST_WORDS = 2.0  # seconds at the end for what is still in the queue
_NOT_INSTALLED = (
    "OTEL_EXPORTER_OTLP_ENDPOINT is set, and the OpenTelemetry SDK is not installed. Install"
    " countersign-slack[otel], or leave it out."
)


class TracingError(CountersignError):
    """Traces were asked for and cannot be sent."""


@contextmanager
def exporting_traces(environment: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Send what is traced inside, if the environment says where to. Raises TracingError."""
    wanted = any(environment.get(name) for name in _ENDPOINTS)
    if not wanted or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        yield
        return
    try:
        otlp = importlib.import_module("countersign.otlp")
    except ImportError:
        raise TracingError(_NOT_INSTALLED) from None
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    provider = otlp.start()
    try:
        yield
    finally:
        otlp.stop(provider, _LAST_WORDS)
