"""What operators see of approvals: counters, times, and one line of the log for each thing that happened."""

from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import CountersignError, MayNotDecide
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.observability.label_limit import OTHER, LabelLimit
from countersign.flow.observability.metrics import Metrics
from tests.approvals.policy.policies import a_policy
from tests.flow.graphs.graphs_to_host import failing
from tests.flow.graphs.prepared_graphs import by_dialect_prepared
from tests.support.fakes.clocks import StillClock
from tests.support.fakes.fake_slack import GUEST
from tests.support.harness import Harness, a_thread, asked, open_harness

YES, NO = DecisionKind.APPROVE, DecisionKind.REJECT
CANARY = "kanarienvogel-42"


def counted(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(f"countersign_{name}", labels) or 0.0


async def test_a_decision_is_counted_by_its_graph_and_outcome_with_the_time_it_took(harness: Harness) -> None:
    metrics = harness.observer.metrics
    for kind in (YES, NO, YES):
        thread = a_thread()
        await harness.say(thread, "deploy")
        await harness.answer(await harness.the_card(thread), kind)

    assert counted(metrics, "decisions_total", graph="gated", outcome="approved") == 2
    assert counted(metrics, "decisions_total", graph="gated", outcome="rejected") == 1
    assert counted(metrics, "time_to_decision_seconds_count", graph="gated") == 3
    assert counted(metrics, "time_to_decision_seconds_bucket", graph="gated", le="60.0") == 3
    assert counted(metrics, "approval_events_total", event="opened") == 3
    assert counted(metrics, "approval_events_total", event="resumed") == 3
    assert counted(metrics, "runs_total", graph="gated", kind="start", outcome="returned") == 3
    assert counted(metrics, "runs_total", graph="gated", kind="resume", outcome="returned") == 3


async def test_an_expiry_counts_as_one_from_its_deadline(database_url: str) -> None:
    clock = StillClock()
    async with open_harness(database_url, by_dialect_prepared(), clock=clock) as harness:
        harness.policy.policy = a_policy('[[rule]]\nname = "r"\nexpire_after = "1h"\n')
        thread = a_thread()
        await harness.say(thread, "go")
        card = await harness.the_card(thread)
        clock.now += timedelta(hours=5)
        await harness.timers.run_due()

        metrics = harness.observer.metrics
        graph = card.graph or ""
        assert counted(metrics, "decisions_total", graph=graph, outcome="expired") == 1
        assert counted(metrics, "time_to_decision_seconds_sum", graph=graph) == 3600


async def test_who_is_refused_is_counted_by_the_reason(
    harness: Harness, logged: list[MutableMapping[str, Any]]
) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    with pytest.raises(MayNotDecide):
        await harness.vote(card, YES, user=GUEST)
    await harness.vote(card, YES)
    with pytest.raises(CountersignError):
        await harness.vote(card, NO, user="UCAROL")

    metrics = harness.observer.metrics
    assert counted(metrics, "refusals_total", reason="may_not_decide") == 1
    assert counted(metrics, "refusals_total", reason="not_pending") == 1
    refusals = [line for line in logged if line["event"] == "refused"]
    assert [(line["reason"], line["by"], line["approval_id"]) for line in refusals] == [
        ("may_not_decide", GUEST, str(card.id)),
        ("not_pending", "UCAROL", str(card.id)),
    ]


async def test_who_may_not_start_is_counted_too(
    harness: Harness, logged: list[MutableMapping[str, Any]]
) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy", user=GUEST)

    assert counted(harness.observer.metrics, "refusals_total", reason="may_not_start") == 1
    (line,) = [line for line in logged if line["event"] == "refused"]
    assert (line["thread_id"], line["by"]) == (thread.id, GUEST)


async def test_a_run_that_fails_is_counted_by_its_graph(harness: Harness) -> None:
    thread = a_thread()
    failing.add(thread.id)
    await harness.say(thread, "deploy")
    await harness.answer(await harness.the_card(thread), YES)

    metrics = harness.observer.metrics
    assert counted(metrics, "runs_total", graph="gated", kind="resume", outcome="failed") == 1
    assert counted(metrics, "failed_runs_total", graph="gated") == 1

    failing.clear()
    await harness.take(asked(thread, InboundKind.RETRY))
    assert counted(metrics, "runs_total", graph="gated", kind="continue", outcome="returned") == 1


async def test_each_decision_card_and_run_is_one_line_with_its_ids_and_no_contents(
    harness: Harness, logged: list[MutableMapping[str, Any]]
) -> None:
    thread = a_thread()
    await harness.say(thread, CANARY)
    card = await harness.the_card(thread)
    await harness.answer(card, YES)

    lines = {line["event"]: line for line in logged if line["log_level"] == "info"}
    assert [line["event"] for line in logged if line["log_level"] == "info"] == [
        *("run_ended", "approval_opened", "card_posted"),
        *("approval_decided", "run_ended", "approval_resumed"),
    ]
    for name in ("approval_opened", "card_posted", "approval_decided", "approval_resumed"):
        assert (lines[name]["approval_id"], lines[name]["thread_id"]) == (str(card.id), thread.id)
    assert lines["run_ended"]["thread_id"] == thread.id
    decided = lines["approval_decided"]
    assert (decided["by"], decided["outcome"], decided["graph"]) == ("UBOB", "approved", "gated")
    assert decided["waited_s"] >= 0
    assert CANARY in str(card.value), "the question has it"
    assert CANARY not in str(logged)


def test_a_label_has_so_many_values_and_no_more() -> None:
    limit = LabelLimit(3)
    assert [limit(each) for each in ("a", "b", None, "c", "a", "d")] == ["a", "b", "", OTHER, "a", OTHER]


async def test_names_that_never_end_do_not_become_series_without_end(harness: Harness) -> None:
    metrics = harness.observer.metrics
    for _ in range(500):
        metrics.runs.failed.labels(graph=metrics.graph(uuid4().hex)).inc()

    page = metrics.render().decode()
    assert sum(line.startswith("countersign_failed_runs_total{") for line in page.splitlines()) <= 51
    assert counted(metrics, "failed_runs_total", graph=OTHER) == 450
