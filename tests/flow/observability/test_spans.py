"""What a collector gets of traces: names, ids, times and outcomes, and never a text that somebody wrote."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.flow.observability import tracing
from countersign.flow.observability.observer import Observer
from tests.approvals.policy.policies import a_rule, person, vote
from tests.approvals.test_record import OPENED, an_approval

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
GIVEN_ID = int("0af7651916cd43dd8448eb211c80319c", 16)
DECIDED = OPENED + timedelta(minutes=2, microseconds=7)


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """The spans that have ended."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_TRACER", provider.get_tracer("test"))
    yield exporter
    provider.shutdown()


def only(exported: InMemorySpanExporter, name: str) -> ReadableSpan:
    (found,) = [each for each in exported.get_finished_spans() if each.name == name]
    return found


def approved(*, opened_in: str | None = GIVEN) -> Approval:
    asked = replace(an_approval(a_rule(""), graph="agent"), opened_in=opened_in)
    by_bob = replace(vote("UBOB", DecisionKind.APPROVE), at=DECIDED)
    return asked.with_votes({0: by_bob})


def decide(approval: Approval) -> Observer:
    observer = Observer()
    observer.saved([Change(after=approval, event=Event.DECIDED, by=person("UBOB"))])
    return observer


def test_a_part_belongs_to_what_goes_on_and_has_only_the_attributes_that_are_known(
    exported: InMemorySpanExporter,
) -> None:
    with tracing.trace_of("step", GIVEN, {"a": 1, "b": None}), tracing.span("part", kind=SpanKind.CLIENT):
        pass
    step, part = only(exported, "step"), only(exported, "part")
    assert (step.context.trace_id, part.context.trace_id) == (GIVEN_ID, GIVEN_ID)
    assert part.parent is not None
    assert part.parent.span_id == step.context.span_id
    assert (step.kind, part.kind) == (SpanKind.CONSUMER, SpanKind.CLIENT)
    assert dict(step.attributes or {}) == {"a": 1}
    assert step.status.status_code is StatusCode.UNSET


@pytest.mark.parametrize("error", [ValueError("Bob's salary"), KeyboardInterrupt("Bob's salary")])
def test_a_failure_has_the_class_of_its_error_and_none_of_its_words(
    exported: InMemorySpanExporter, error: BaseException
) -> None:
    with pytest.raises(type(error)), tracing.trace_of("step", None):
        raise error
    step = only(exported, "step")
    assert step.status.status_code is StatusCode.ERROR
    assert dict(step.attributes or {}) == {"error.type": type(error).__name__}
    assert (step.events, step.status.description) == ((), None)


def test_the_wait_for_a_decision_is_part_of_the_trace_that_asked(exported: InMemorySpanExporter) -> None:
    with tracing.trace_of("click", None) as click:
        decide(approved())
    waited = only(exported, "countersign.approval")
    assert waited.context.trace_id == GIVEN_ID
    assert (waited.start_time, waited.end_time) == (nanoseconds(OPENED), nanoseconds(DECIDED))
    assert [link.context.span_id for link in waited.links] == [click.get_span_context().span_id]
    attributes = waited.attributes or {}
    assert attributes["countersign.approval.outcome"] == "approved"
    assert attributes["countersign.approval.rule"] == "r"
    assert attributes["gen_ai.agent.name"] == "agent"


def test_what_decides_links_to_the_trace_that_asked(exported: InMemorySpanExporter) -> None:
    with tracing.trace_of("click", None):
        decide(approved())
    assert [link.context.trace_id for link in only(exported, "click").links] == [GIVEN_ID]


def test_outside_of_a_trace_the_wait_has_no_link(exported: InMemorySpanExporter) -> None:
    decide(approved())
    assert only(exported, "countersign.approval").links == ()


def test_what_was_asked_without_a_trace_has_no_span(exported: InMemorySpanExporter) -> None:
    with tracing.trace_of("click", None):
        decide(approved(opened_in=None))
    assert [(each.name, each.links) for each in exported.get_finished_spans()] == [("click", ())]


def test_a_clock_that_went_back_makes_no_wait_of_less_than_nothing(exported: InMemorySpanExporter) -> None:
    earlier = replace(approved(), opened_at=DECIDED + timedelta(hours=1))
    observer = decide(earlier)
    waited = only(exported, "countersign.approval")
    assert waited.start_time == waited.end_time
    assert total(observer, "time_to_decision") == 0


def test_a_decision_is_counted_with_the_time_that_it_took() -> None:
    observer = decide(approved())
    assert total(observer, "time_to_decision") == pytest.approx(120.000007)
    assert total(observer, "decisions") == 1
    assert total(observer, "events") == 1


def test_what_decides_nothing_is_an_event_alone() -> None:
    observer = Observer()
    observer.saved([Change(after=approved(), event=Event.SENT)])
    assert (total(observer, "events"), total(observer, "decisions")) == (1, 0)


def total(observer: Observer, name: str) -> float:
    """Of all labels: a counter's count, or the sum of what a histogram observed."""
    (metric,) = getattr(observer.metrics.approvals, name).collect()
    return sum(float(each.value) for each in metric.samples if each.name.endswith(("_total", "_sum")))


def nanoseconds(at: datetime) -> int:
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since // timedelta(microseconds=1)) * 1000
