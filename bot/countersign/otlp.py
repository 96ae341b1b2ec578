"""The OpenTelemetry SDK with an OTLP exporter, as OTEL_* variables set it. Needs the extra `otel`."""

import os
import threading
import time
from collections.abc import Sequence

import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from countersign import __version__

_LOG_EVERY = 60.0  # seconds between two lines about a collector that is away

log = structlog.get_logger()


class LoggedExporter(SpanExporter):
    """Says once a minute that traces are lost; the library would write lines for every batch."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._next_line = float("-inf")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        if result is not SpanExportResult.SUCCESS and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _LOG_EVERY
            log.warning("traces_not_sent", spans=len(spans))
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


def start() -> TracerProvider:
    """Begin to send. The queue has a fixed length, and a thread of its own empties it."""
    service = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": "countersign"}
    resource = Resource.create({**service, "service.version": __version__})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(LoggedExporter(OTLPSpanExporter())))
    trace.set_tracer_provider(provider)
    return provider


def stop(provider: TracerProvider, seconds: float) -> None:
    """Send what is left, but wait no longer than this: the thread is a daemon."""
    ending = threading.Thread(target=provider.shutdown, name="traces", daemon=True)
    ending.start()
    ending.join(seconds)
