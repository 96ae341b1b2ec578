"""An OpenTelemetry collector on this machine: takes traces over OTLP/HTTP, and remembers their spans."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from countersign.http.server import open_http_server


@dataclass(frozen=True, kw_only=True)
class CollectedSpan:
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    start: int  # nanoseconds
    end: int
    attributes: dict[str, Any]
    links: tuple[str, ...]  # trace ids


@dataclass
class Collector:
    spans: list[CollectedSpan] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    address: str = ""
    full: bool = False
    refused: int = 0  # batches
    answering: asyncio.Event = field(default_factory=asyncio.Event)

    def of(self, name: str) -> list[CollectedSpan]:
        return [span for span in self.spans if span.name == name]

    async def take(self, request: web.Request) -> web.Response:
        await self.answering.wait()
        body = await request.read()
        if self.full:
            self.refused += 1
            return web.Response(status=503, headers={"Retry-After": "3600"})
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.raw.extend(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                self.spans.extend(map(_collected, scope.spans))
        return web.Response(body=b"", content_type="application/x-protobuf")


def _collected(span: Any) -> CollectedSpan:
    values = {each.key: each.value for each in span.attributes}
    return CollectedSpan(
        name=span.name,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        start=span.start_time_unix_nano,
        end=span.end_time_unix_nano,
        attributes={key: getattr(value, value.WhichOneof("value")) for key, value in values.items()},
        links=tuple(link.trace_id.hex() for link in span.links),
    )


@asynccontextmanager
async def open_collector(*, answers: bool = True, full: bool = False) -> AsyncIterator[Collector]:
    """A collector that takes what it is sent; with `answers=False` it takes requests and never answers.

    With `full` it refuses each, as one whose queue is full, and wants none for an hour.
    """
    collector = Collector(full=full)
    if answers:
        collector.answering.set()
    app = web.Application()
    app.router.add_post("/v1/traces", collector.take)
    async with open_http_server(app, "127.0.0.1", 0) as address:
        collector.address = address
        try:
            yield collector
        finally:
            collector.answering.set()
