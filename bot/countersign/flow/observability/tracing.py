"""Traces, by OpenTelemetry's API. Without an SDK they cost next to nothing, and the log has their ids.

The context of a trace is stored with what waits, so that it goes on in another process, days later. Spans
have ids, names and outcomes; never what people or models wrote, so no text of an exception either.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from opentelemetry import context, trace
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from countersign import __version__
from countersign.approvals.approval import Approval

Attributes = Mapping[str, str | int | float | bool | None]

_PROPAGATOR = TraceContextTextMapPropagator()
_TRACER = trace.get_tracer("countersign", __version__)  # asks the provider that is set, whenever that is


@contextmanager
def span(
    name: str, attributes: Attributes | None = None, kind: SpanKind = SpanKind.INTERNAL
) -> Iterator[Span]:
    """A span below the current one. Without a current trace, none is started."""
    if not trace.get_current_span().get_span_context().is_valid:
        yield trace.INVALID_SPAN
        return
    with _span(name, context.get_current(), attributes, kind) as started:
        yield started


@contextmanager
def trace_of(
    name: str,
    traceparent: str | None,
    attributes: Attributes | None = None,
    kind: SpanKind = SpanKind.CONSUMER,
) -> Iterator[Span]:
    """A span in the trace of `traceparent`; in a new trace without it."""
    parent = _PROPAGATOR.extract({"traceparent": traceparent}) if traceparent else context.Context()
    with _span(name, parent, attributes, kind) as started:
        yield started


@contextmanager
def _span(
    name: str, parent: context.Context, attributes: Attributes | None, kind: SpanKind
) -> Iterator[Span]:
    started = _TRACER.start_span(name, context=parent, kind=kind, attributes=_given(attributes))
    if not started.get_span_context().is_valid:  # no SDK, and no trace to go on with
        started = NonRecordingSpan(_new_context())
    with trace.use_span(
        started, end_on_exit=True, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except BaseException as error:
            failed(current, type(error).__name__)
            raise


def open_span(name: str, parent: Span, attributes: Attributes, kind: SpanKind) -> Span:
    """A span below `parent` that its caller ends."""
    return _TRACER.start_span(
        name, context=trace.set_span_in_context(parent), kind=kind, attributes=_given(attributes)
    )


def failed(span: Span, kind: str) -> None:
    """Mark a span as failed. `kind` is a class of errors, not a text."""
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR))


def current_traceparent() -> str | None:
    """The context of what goes on now, as W3C's `traceparent` header has it; None without one."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


def trace_id(traceparent: str | None = None) -> str | None:
    """The id of that trace, or of the one that goes on now, in hex."""
    if traceparent is not None:
        found = _context_of(traceparent)
    else:
        found = trace.get_current_span().get_span_context()
    return f"{found.trace_id:032x}" if found is not None and found.is_valid else None


def link_to(traceparent: str | None) -> None:
    """Link the current span to a span of another trace."""
    if traceparent is not None and (other := _context_of(traceparent)) is not None:
        trace.get_current_span().add_link(other)


def record_wait(approval: Approval, decided_at: datetime) -> None:
    """The span of an approval, from the question to the decision that is saved now.

    It is part of the trace that asked, and links to the one that decided.
    """
    if approval.opened_in is None:
        return
    here = trace.get_current_span().get_span_context()
    outcome = approval.outcome
    waiting = _TRACER.start_span(
        "countersign.approval",
        context=_PROPAGATOR.extract({"traceparent": approval.opened_in}),
        start_time=_nanoseconds(approval.opened_at),
        links=[Link(here)] if here.is_valid else None,
        attributes=_given(
            {
                **approval_attributes(approval),
                "countersign.approval.outcome": outcome.value if outcome else None,
                "countersign.approval.rule": approval.rule_names[0] if approval.rule_names else None,
            }
        ),
    )
    waiting.end(_nanoseconds(max(decided_at, approval.opened_at)))


def approval_attributes(approval: Approval) -> dict[str, str | None]:
    """The ids of an approval, of its conversation and agent under the names of the GenAI conventions."""
    return {
        "countersign.approval.id": str(approval.id),
        "gen_ai.conversation.id": approval.thread_id,
        "gen_ai.agent.name": approval.graph,
    }


def _given(attributes: Attributes | None) -> dict[str, str | int | float | bool]:
    return {name: value for name, value in (attributes or {}).items() if value is not None}


def _context_of(traceparent: str) -> SpanContext | None:
    found = trace.get_current_span(_PROPAGATOR.extract({"traceparent": traceparent})).get_span_context()
    return found if found.is_valid else None


def _new_context() -> SpanContext:
    return SpanContext(
        trace_id=secrets.randbits(128) or 1,
        span_id=secrets.randbits(64) or 1,
        is_remote=False,
        trace_flags=TraceFlags(TraceFlags.DEFAULT),
    )


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1000
