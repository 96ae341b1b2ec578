"""Who posts what: one process at a time, in order per thread, and never before its time."""

import asyncio
from collections.abc import Sequence

from countersign.approvals.approval import Approval, open_approval
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.flow.messages.outgoing import OutgoingKind, card, outgoing
from countersign.flow.notices.direct_messages import NoticeReason, direct_messages
from countersign.flow.thread import ThreadRef
from countersign.flow.work import StepResult
from tests.support.harness import Harness, a_thread, message, now, open_harness


async def to_post(harness: Harness, *keys: str, thread: ThreadRef | None = None) -> ThreadRef:
    thread = thread or a_thread()
    await harness.threads.accept(message(thread, "hi"))
    work = await harness.threads.work(thread.id)
    assert work is not None
    post = tuple(outgoing(thread, key, OutgoingKind.NOTE, {"text": key}) for key in keys)
    await harness.threads.save_step(
        StepResult(thread=work.thread, done=tuple(row.key for row in work.inbound), post=post)
    )
    return thread


async def claim(harness: Harness, thread: ThreadRef) -> list[str]:
    return [row.key for row in await harness.outbox.claim_thread(thread.channel, thread.ts)]


async def test_a_row_is_put_out_once_per_key(harness: Harness) -> None:
    thread = await to_post(harness, "a")
    await to_post(harness, "a", "b", thread=thread)
    assert await claim(harness, thread) == ["a", "b"]


async def test_of_two_processes_one_claims_the_thread(harness: Harness, database_url: str) -> None:
    async with open_harness(database_url, {}) as other:
        for round_ in range(10):
            thread = await to_post(harness, f"a{round_}", f"b{round_}")
            claims: Sequence[list[str]] = await asyncio.gather(
                *(claim(delivery, thread) for delivery in (harness, other, harness, other))
            )
            assert sorted(map(len, claims)) == [0, 0, 0, 2]


async def test_what_is_put_out_while_somebody_posts_waits_behind_it(harness: Harness) -> None:
    thread = await to_post(harness, "a")
    (first,) = await harness.outbox.claim_thread(thread.channel, thread.ts)
    await to_post(harness, "b", thread=thread)
    assert await claim(harness, thread) == []
    await harness.outbox.posted(first, "1.1")
    assert await claim(harness, thread) == ["b"]


async def test_a_claim_lapses_and_the_next_one_knows_that_it_is_not_the_first(harness: Harness) -> None:
    thread = await to_post(harness, "a", "b")
    first = await harness.outbox.claim_thread(thread.channel, thread.ts)
    assert [row.attempts for row in first] == [0, 0]
    assert await harness.outbox.due(10) == ()
    await harness.expire_claims()
    (lane,) = await harness.outbox.due(10)
    assert (lane.channel, lane.thread_ts, lane.key) == (thread.channel, thread.ts, None)
    again = await harness.outbox.claim_thread(thread.channel, thread.ts)
    assert [(row.key, row.attempts) for row in again] == [("a", 1), ("b", 1)]


async def test_postponing_one_delays_its_thread_and_no_other(harness: Harness) -> None:
    thread, other = await to_post(harness, "a", "b"), await to_post(harness, "c")
    first, _ = await harness.outbox.claim_thread(thread.channel, thread.ts)
    await harness.outbox.postpone(first, 3600, "busy")
    await to_post(harness, "z", thread=thread)
    assert await claim(harness, thread) == []
    assert await claim(harness, other) == ["c"]
    errors = await harness.rows("SELECT key, error FROM countersign.outbox WHERE error IS NOT NULL")
    assert errors == [{"key": "a", "error": "busy"}]
    await harness.expire_claims()
    await harness.expire_claims()
    assert await claim(harness, thread) == ["a", "b", "z"]


async def test_a_postponement_to_now_gives_the_claim_back(harness: Harness) -> None:
    thread = await to_post(harness, "a", "b")
    rows = await harness.outbox.claim_thread(thread.channel, thread.ts)
    await harness.outbox.posted(rows[0], "1.1")
    await harness.outbox.postpone(rows[1], 0, "later")
    assert await claim(harness, thread) == ["b"]


async def test_what_is_posted_or_given_up_is_not_due(harness: Harness) -> None:
    thread = await to_post(harness, "a", "b")
    rows = await harness.outbox.claim_thread(thread.channel, thread.ts)
    await harness.outbox.posted(rows[0], "1.1")
    await harness.outbox.give_up(rows[1], "no")
    await harness.expire_claims()
    assert await harness.outbox.due(10) == ()
    assert await claim(harness, thread) == []


async def test_due_threads_come_oldest_first_and_leave_out_what_is_postponed(harness: Harness) -> None:
    first, second, third = [await to_post(harness, key) for key in ("a", "b", "c")]
    await harness.expire_claims()
    (row,) = await harness.outbox.claim_thread(second.channel, second.ts)
    await harness.outbox.postpone(row, 60, "busy")
    assert [lane.thread_ts for lane in await harness.outbox.due(10)] == [first.ts, third.ts]
    assert [lane.thread_ts for lane in await harness.outbox.due(1)] == [first.ts]


async def test_posting_twice_is_recorded_once(harness: Harness) -> None:
    thread = await to_post(harness, "a")
    (row,) = await harness.outbox.claim_thread(thread.channel, thread.ts)
    await harness.outbox.posted(row, "1.1")
    await harness.outbox.posted(row, "2.2")
    assert await harness.rows("SELECT posted_ts FROM countersign.outbox") == [{"posted_ts": "1.1"}]


async def to_post_card(harness: Harness, *notified: str) -> tuple[ThreadRef, Approval, list[str]]:
    """A card that is to be posted, and direct messages about it: its thread, its approval, their keys."""
    thread = await to_post(harness)
    approval = open_approval(
        thread_id=thread.id, interrupt_id="i", digest="d", value="?", schema=None, rows=1, at=now()
    )
    await harness.threads.accept(message(thread, "and"))
    work = await harness.threads.work(thread.id)
    assert work is not None
    told = direct_messages(approval, notified, NoticeReason.ASKED)
    await harness.threads.save_step(
        StepResult(
            thread=work.thread,
            done=tuple(row.key for row in work.inbound),
            changes=(Change(after=approval, event=Event.OPENED),),
            post=(card(thread, approval), *told),
        )
    )
    return thread, approval, [row.key for row in told]


async def test_a_card_that_was_recorded_stays_where_it_is_whoever_saw_another(harness: Harness) -> None:
    thread, approval, _ = await to_post_card(harness)
    for seen, expected in (("1.1", "1.1"), ("2.2", "1.1")):
        await harness.outbox.card_seen(approval.id, seen)
        found = await harness.threads.approval(approval.id)
        assert found is not None
        assert found.approval.card_ts == expected
    assert await claim(harness, thread) == [], "its row counts as posted"


async def test_a_card_that_was_seen_leaves_its_direct_messages_to_be_posted(harness: Harness) -> None:
    _, approval, told = await to_post_card(harness, "U0BOB00001", "U0ALICE001")
    await harness.outbox.card_seen(approval.id, "1.1")
    left = await harness.rows("SELECT key FROM countersign.outbox WHERE posted_at IS NULL ORDER BY key")
    assert [row["key"] for row in left] == sorted(told)
