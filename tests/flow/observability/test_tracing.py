"""Traces without a collector: they have ids, go on where what waits goes on, and cost nothing else."""

import pytest
from opentelemetry import trace

from countersign.flow.observability.tracing import current_traceparent, link_to, span, trace_id, trace_of

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
GIVEN_ID = "0af7651916cd43dd8448eb211c80319c"
BROKEN = ["", "00-0af7651916cd43dd8448eb211c80319c", "00-" + "0" * 32 + "-b7ad6b7169203331-01"]


def test_outside_of_a_trace_there_is_none() -> None:
    assert (current_traceparent(), trace_id()) == (None, None)
    with span("part") as part:
        assert part is trace.INVALID_SPAN
        assert current_traceparent() is None


def test_a_trace_begins_with_ids_of_its_own() -> None:
    found = set()
    for _ in range(100):
        with trace_of("step", None) as step:
            own = step.get_span_context()
            assert own.is_valid
            assert not own.is_remote
            assert not own.trace_flags.sampled, "nobody collects it"
            assert trace_id() == f"{own.trace_id:032x}"
            assert current_traceparent() == f"00-{own.trace_id:032x}-{own.span_id:016x}-00"
            found.add((own.trace_id, own.span_id))
    assert len({number for number, _ in found}) == len({number for _, number in found}) == 100
    assert max(number for number, _ in found).bit_length() > 120
    assert max(number for _, number in found).bit_length() > 56
    assert trace_id() is None


def test_what_waited_goes_on_in_its_trace() -> None:
    with trace_of("step", GIVEN):
        assert trace_id() == GIVEN_ID
        with span("part") as part:
            assert part.get_span_context().trace_id == int(GIVEN_ID, 16)
            assert trace_id() == GIVEN_ID
    assert trace_id() is None


def test_a_trace_goes_on_in_it_and_not_in_the_one_around_it() -> None:
    with trace_of("outer", None):
        with trace_of("step", GIVEN):
            assert trace_id() == GIVEN_ID
        with trace_of("step", None):
            assert trace_id() != GIVEN_ID


@pytest.mark.parametrize("traceparent", BROKEN)
def test_what_is_no_trace_is_not_gone_on_with(traceparent: str) -> None:
    with trace_of("step", traceparent) as step:
        assert step.get_span_context().is_valid
        assert trace_id() not in {None, GIVEN_ID}
    assert trace_id(traceparent) is None


def test_the_id_of_a_trace_that_is_stored() -> None:
    assert trace_id(GIVEN) == GIVEN_ID
    with trace_of("step", None):
        assert trace_id(GIVEN) == GIVEN_ID


def test_an_error_goes_through_as_it_is() -> None:
    error = ValueError("the bank is closed")
    with pytest.raises(ValueError, match="the bank is closed") as raised, trace_of("step", GIVEN):
        raise error
    assert raised.value is error


def test_a_link_without_a_collector_is_nothing() -> None:
    with trace_of("step", None):
        for traceparent in (None, GIVEN, *BROKEN):
            link_to(traceparent)
