"""What comes in is kept once, whenever and however often Slack delivers it."""

import asyncio
from dataclasses import replace

import pytest

from countersign.flow.errors import StatementFailed
from countersign.jobs.queue import ADVANCE
from tests.store.threads.stored_threads import jobs_of
from tests.support.harness import Harness, a_thread, message


async def test_a_reply_before_its_mention_leaves_a_note_and_no_words(harness: Harness) -> None:
    thread = a_thread()
    before = message(thread, "chatter", may_open=False)
    mention = message(thread, "hi")
    after = message(thread, "and more", may_open=False)
    for reply in (after, before):
        assert not await harness.threads.accept(reply)

    assert await harness.threads.accept(mention)

    assert await harness.threads.overtaken(mention)
    assert not await harness.threads.overtaken(after)
    (note,) = await harness.rows("SELECT * FROM countersign.early_replies")
    assert set(note) == {"thread_id", "written", "told_at"}


async def test_a_reply_that_comes_while_its_mention_is_stored_is_kept_by_one(
    harness: Harness,
) -> None:
    for _ in range(20):
        thread = a_thread()
        mention, reply = message(thread, "hi"), message(thread, "and more", may_open=False)
        _, kept = await asyncio.gather(harness.threads.accept(mention), harness.threads.accept(reply))
        assert kept or await harness.threads.overtaken(mention)


async def test_what_was_written_before_the_mention_is_not_for_us_though_delivered_later(
    harness: Harness,
) -> None:
    thread = a_thread()
    talk, mention = message(thread, "so are we", may_open=False), message(thread, "hi")
    assert await harness.threads.accept(mention)
    assert not await harness.threads.accept(talk)
    assert not await harness.threads.overtaken(mention)


async def test_a_message_delivered_in_two_events_is_kept_once_in_either_order(harness: Harness) -> None:
    thread = a_thread()
    first = message(thread, "hi")
    second = replace(first, event_id="Ev-other", may_open=False)
    assert await harness.threads.accept(first)
    assert not await harness.threads.accept(second)
    assert await jobs_of(harness, thread) == 1

    other = a_thread()
    first = message(other, "hi")
    assert not await harness.threads.accept(replace(first, event_id="Ev-another", may_open=False))
    assert await harness.threads.accept(first), (
        "the mere reply came first, and was no reply in a thread of ours"
    )
    assert await jobs_of(harness, other) == 1


async def test_an_event_delivered_again_is_kept_once_whatever_it_says(harness: Harness) -> None:
    first = message(a_thread(), "hi")
    assert await harness.threads.accept(first)
    assert not await harness.threads.accept(first)
    assert not await harness.threads.accept(replace(message(a_thread(), "other"), event_id=first.event_id))


async def test_twenty_deliveries_at_once_make_one_message_and_one_job(harness: Harness) -> None:
    thread = a_thread()
    told = message(thread, "hi")
    deliveries = [replace(told, event_id=f"{told.event_id}-{number // 2}") for number in range(20)]
    accepted = await asyncio.gather(*(harness.threads.accept(delivery) for delivery in deliveries))
    assert sorted(accepted) == [False] * 19 + [True]
    assert await jobs_of(harness, thread) == 1
    work = await harness.threads.work(thread.id)
    assert work is not None
    assert [inbound.key for inbound in work.inbound] == [told.key]


async def test_a_reply_in_a_thread_that_is_not_ours_is_dropped(harness: Harness) -> None:
    thread = a_thread()
    assert not await harness.threads.accept(message(thread, "hi all", may_open=False))
    assert await jobs_of(harness, thread) == 0
    assert await harness.threads.work(thread.id) is None
    assert await harness.threads.accept(message(thread, "hi bot"))
    assert await harness.threads.accept(message(thread, "and this", may_open=False))


async def test_without_its_job_a_message_is_not_accepted(harness: Harness) -> None:
    told = message(a_thread(), "hi")
    await harness.rows("ALTER FUNCTION procrastinate_defer_jobs_v1 RENAME TO gone")
    with pytest.raises(StatementFailed):
        await harness.threads.accept(told)
    await harness.rows("ALTER FUNCTION gone RENAME TO procrastinate_defer_jobs_v1")
    assert await harness.threads.accept(told), "nothing of the first attempt was kept"


async def test_a_message_gets_the_job_that_its_task_would_be_deferred_with(harness: Harness) -> None:
    told = message(a_thread(), "hi")
    assert await harness.threads.accept(told)
    task = harness.queue.app.configure_task(ADVANCE, lock=told.thread.id)
    await task.defer_async(thread_id=told.thread.id)
    ours, theirs = await harness.rows("SELECT to_jsonb(j) - 'id' AS job FROM procrastinate_jobs j")
    assert ours == theirs
