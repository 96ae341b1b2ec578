"""Slots and workers that die, lose their fence, or come at the same moment."""

import asyncio
from dataclasses import replace

from countersign.approvals.decision import DecisionKind
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.slots import Slot, slot_limits
from countersign.flow.thread import ThreadRef
from countersign.flow.work import StepResult
from tests.store.run_slots.slot_queue import line, notes, told
from tests.store.threads.stored_threads import a_waiting_thread, decided, jobs_of
from tests.support.harness import Harness, a_thread, asked, message


async def test_a_thread_gets_its_job_with_its_slot(harness: Harness) -> None:
    slots = line(harness, slot_limits(2))
    first, second = await slots.starts("UALICE", 2)
    await harness.rows("DELETE FROM procrastinate_jobs WHERE lock = %s", second)
    await harness.rows("UPDATE countersign.inbox SET received_at = now() - interval '1 hour'")
    assert await harness.threads.requeue_orphaned() == (), "it has to wait"
    await slots.ends(first)
    assert await jobs_of(harness, ThreadRef.parse(second)) == 1


async def test_many_at_once_get_no_more_than_there_are(harness: Harness) -> None:
    slots = line(harness, slot_limits(16))
    threads = [a_thread() for _ in range(30)]
    for thread in threads:
        await harness.threads.accept(message(thread, "hi"))
    await asyncio.gather(*(slots.enter(thread.id) for thread in threads))
    assert len(slots.running) == 8
    ids = list(slots.running)
    for thread_id in ids:
        await harness.rows("UPDATE countersign.inbox SET done_at = now() WHERE thread_id = %s", thread_id)
    await asyncio.gather(*(slots.slots.leave(each, slots.running[each]) for each in ids))
    count = "SELECT count(*) FROM countersign.run_slots WHERE started_at IS NOT NULL"
    assert await harness.rows(count) == [{"count": 8}]


async def test_a_stale_worker_does_not_free_its_successors_slot(harness: Harness) -> None:
    slots = line(harness, slot_limits(2))
    (thread_id,) = await slots.starts("UALICE")
    stale = slots.running[thread_id]
    assert await harness.threads.work(thread_id)  # it began, and died
    await slots.enter(thread_id)
    await slots.slots.leave(thread_id, stale)
    assert await slots.slots.enter((await slots.starts("UALICE"))[0]) is None


async def test_what_a_dead_worker_left_is_freed_and_what_waits_for_its_job_is_not(harness: Harness) -> None:
    slots = line(harness, slot_limits(4))
    without, with_job, third = await slots.starts("UALICE", 3)
    await harness.rows("DELETE FROM procrastinate_jobs WHERE lock = ANY(%s)", [without])
    await slots.slots.repair()
    started = "SELECT thread_id FROM countersign.run_slots WHERE started_at IS NOT NULL ORDER BY queued_at"
    assert [row["thread_id"] for row in await harness.rows(started)] == [without, with_job], (
        "its job may come"
    )
    await harness.rows("UPDATE countersign.run_slots SET started_at = started_at - interval '1 minute'")
    await slots.slots.repair()
    assert [row["thread_id"] for row in await harness.rows(started)] == [with_job, third]


async def test_after_a_crash_of_the_server_the_sweeps_make_the_line_again(harness: Harness) -> None:
    slots = line(harness, slot_limits(4))
    alices = await slots.starts("UALICE", 5)
    assert len(await told(slots)) == 3
    await harness.rows("TRUNCATE countersign.run_slots")  # what the server does with an unlogged table
    await harness.rows("DELETE FROM procrastinate_jobs")
    await harness.rows("UPDATE countersign.inbox SET received_at = received_at - interval '1 hour'")
    assert sorted(await harness.threads.requeue_orphaned()) == sorted(alices)
    slots.running, slots.waiting = {}, []
    for thread_id in reversed(alices):
        await slots.enter(thread_id)
    assert len(slots.running) == 2
    waiting = await told(slots)
    assert waiting.keys() == set(alices), "those that run now had been told"
    over = [row["key"] for row in await notes(harness) if row["given_up_at"]]
    assert sorted(over) == [f"waiting:{each}:1" for each in alices[3:]], (
        "nobody is told twice, or for too long"
    )


async def test_more_workers_have_more_slots_and_a_dead_one_has_none(harness: Harness) -> None:
    slots = line(harness, slot_limits(4))
    await harness.rows(
        "INSERT INTO procrastinate_workers (last_heartbeat)"
        " VALUES (now()), (now()), (now() - interval '1 minute')"
    )
    await slots.starts("UALICE", 10)
    assert slots.of("UALICE") == 4


async def test_what_runs_no_graph_needs_no_slot(harness: Harness) -> None:
    slots = line(harness, slot_limits(1))
    await slots.starts("UALICE", channel="C2")
    thread, _ = await a_waiting_thread(harness)
    await harness.threads.accept(message(thread, "a remark", user="UALICE"))
    assert await slots.slots.enter(thread.id) == Slot(fence=None)
    revision = asked(thread, InboundKind.REVISION, {"message": "k"})
    await harness.threads.accept(revision)
    assert await slots.slots.enter(thread.id) == Slot(fence=None)


async def test_a_decision_that_may_still_be_taken_back_needs_none_yet(harness: Harness) -> None:
    slots = line(harness, slot_limits(4))
    thread, approval = await a_waiting_thread(harness)
    await harness.threads.decide(decided(approval, "UBOB", DecisionKind.APPROVE))
    await harness.rows("UPDATE countersign.approvals SET undo_until = now() + interval '1 minute'")
    assert await slots.slots.enter(thread.id) == Slot(fence=None)
    await harness.rows("UPDATE countersign.approvals SET undo_until = NULL")
    assert await slots.slots.enter(thread.id) == Slot(fence=2)


async def test_a_retry_counts_as_a_decision(harness: Harness) -> None:
    slots = line(harness, slot_limits(1))
    await slots.starts("UALICE", channel="C2")
    thread = a_thread()
    inbound = message(thread, "hi")
    await harness.threads.accept(inbound)
    work = await harness.threads.work(thread.id)
    assert work is not None
    halted = replace(work.thread, halted="e")
    await harness.threads.save_step(StepResult(thread=halted, parked=(inbound.key,)))
    await harness.threads.accept(asked(thread, InboundKind.RETRY))
    slot = await slots.slots.enter(thread.id)
    assert slot is not None
    assert slot.fence is not None
