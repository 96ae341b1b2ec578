"""The gauges of GET /metrics, on a real database: what waits, since when, and by which graph and rule."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.flow.errors import DatabaseUnavailable
from countersign.flow.observability.gauges import PendingCount
from countersign.store import gauges
from countersign.store.gauges import GaugeReader
from tests.approvals.policy.policies import a_policy
from tests.flow.graphs.graphs_to_host import failing
from tests.flow.graphs.prepared_graphs import everything_prepared
from tests.support.harness import Harness, a_thread, message, open_harness

LATER = "interval '90 seconds'"


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    failing.clear()
    async with open_harness(database_url, everything_prepared()) as opened:
        yield opened


async def test_what_waits_is_counted_by_graph_and_rule(harness: Harness) -> None:
    reader = GaugeReader(harness.pool)
    empty = await reader.read()
    assert (empty.pending, empty.oldest_pending, empty.halted, empty.queue_lag) == ((), 0.0, 0, 0.0)

    for rule, times in (("large", 2), ("small", 1)):
        harness.policy.policy = a_policy(f'[[rule]]\nname = "{rule}"\n')
        for _ in range(times):
            await harness.say(a_thread(), "deploy")
    await harness.rows(f"UPDATE countersign.approvals SET opened_at = opened_at - {LATER}")

    read = await reader.read()
    assert read.pending == (
        PendingCount(graph="gated", rule="large", count=2),
        PendingCount(graph="gated", rule="small", count=1),
    )
    assert 90 <= read.oldest_pending < 150


async def test_a_decision_counts_until_the_graph_took_it(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    await harness.vote(await harness.the_card(thread), DecisionKind.APPROVE)
    assert (await GaugeReader(harness.pool).read()).undelivered == 1

    await harness.run_thread(thread.id)
    assert (await GaugeReader(harness.pool).read()).undelivered == 0


async def test_threads_that_no_worker_takes_are_the_queue_and_its_lag(harness: Harness) -> None:
    first, second = a_thread(), a_thread()
    for thread in (first, first, second):  # two jobs of one thread are for two steps
        assert await harness.threads.accept(message(thread, "deploy"))
    await harness.rows(f"UPDATE procrastinate_events SET at = at - {LATER}")

    read = await GaugeReader(harness.pool).read()
    assert (read.queue_waiting, read.queue_running, read.workers) == (3, 0, 0)
    assert 90 <= read.queue_lag < 150

    running = (
        "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (SELECT min(id) FROM procrastinate_jobs)"
    )
    await harness.rows(running)
    read = await GaugeReader(harness.pool).read()
    assert (read.queue_waiting, read.queue_running) == (1, 1), "the other job of that thread waits for it"


async def test_a_thread_that_stopped_is_counted(harness: Harness) -> None:
    stopped = a_thread()
    failing.add(stopped.id)
    await harness.say(stopped, "deploy")
    await harness.answer(await harness.the_card(stopped), DecisionKind.APPROVE)
    await harness.say(a_thread(), "echo: fine")
    assert (await GaugeReader(harness.pool).read()).halted == 1


async def test_postgresql_ends_a_reading_that_takes_too_long(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauges, "STATEMENT_TIMEOUT", 0.05)
    async with harness.pool.connection() as blocking, blocking.transaction():
        await blocking.execute("LOCK TABLE countersign.outbox IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(DatabaseUnavailable):
            await GaugeReader(harness.pool).read()


async def test_what_waits_is_counted_as_it_changes_and_not_from_the_approvals(harness: Harness) -> None:
    """Whatever changes them: a scrape reads the counts, which a periodic repair keeps few."""
    reader = GaugeReader(harness.pool)
    first, second = a_thread(), a_thread()
    for thread in (first, second):
        await harness.say(thread, "deploy")
    await reader.merge_pending()
    assert await harness.rows("SELECT * FROM countersign.pending_changes") == []
    assert (await reader.read()).pending == (PendingCount(graph="gated", rule="", count=2),)

    await harness.answer(await harness.the_card(first), DecisionKind.APPROVE)
    assert (await reader.read()).pending == (PendingCount(graph="gated", rule="", count=1),), "not merged yet"
    await harness.rows("UPDATE countersign.approvals SET graph = 'renamed' WHERE status = 'pending'")
    assert (await reader.read()).pending == (PendingCount(graph="renamed", rule="", count=1),)
    await asyncio.gather(*(reader.merge_pending() for _ in range(4)))
    assert (await reader.read()).pending == (PendingCount(graph="renamed", rule="", count=1),)
    await harness.rows("DELETE FROM countersign.outbox WHERE approval_id IS NOT NULL")
    await harness.rows("DELETE FROM countersign.approvals WHERE status = 'pending'")
    assert ((read := await reader.read()).pending, read.oldest_pending) == ((), 0.0)
