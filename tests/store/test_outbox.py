"""Who posts what: one process at a time, in order per thread, and never before its time."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from countersign.approvals.approval import open_approval
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.flow.outgoing import OutgoingKind, card, outgoing
from countersign.flow.thread import ThreadRef
from countersign.flow.work import StepResult
from tests.support.house import House, a_thread, message, now, open_house


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with open_house(database_url, {}) as opened:
        yield opened


async def to_post(house: House, *keys: str, thread: ThreadRef | None = None) -> ThreadRef:
    thread = thread or a_thread()
    await house.threads.accept(message(thread, "hi"))
    work = await house.threads.work(thread.id)
    assert work is not None
    post = tuple(outgoing(thread, key, OutgoingKind.NOTE, {"text": key}) for key in keys)
    await house.threads.save_step(
        StepResult(thread=work.thread, done=tuple(row.key for row in work.inbound), post=post)
    )
    return thread


async def claim(house: House, thread: ThreadRef) -> list[str]:
    return [row.key for row in await house.outbox.claim_thread(thread.channel, thread.ts)]


async def test_a_row_is_put_out_once_per_key(house: House) -> None:
    thread = await to_post(house, "a")
    await to_post(house, "a", "b", thread=thread)
    assert await claim(house, thread) == ["a", "b"]


async def test_of_two_couriers_one_gets_the_thread(house: House, database_url: str) -> None:
    async with open_house(database_url, {}) as other:
        for round_ in range(10):
            thread = await to_post(house, f"a{round_}", f"b{round_}")
            claims: Sequence[list[str]] = await asyncio.gather(
                *(claim(delivery, thread) for delivery in (house, other, house, other))
            )
            assert sorted(map(len, claims)) == [0, 0, 0, 2]


async def test_what_is_put_out_while_somebody_posts_waits_behind_it(house: House) -> None:
    thread = await to_post(house, "a")
    (first,) = await house.outbox.claim_thread(thread.channel, thread.ts)
    await to_post(house, "b", thread=thread)
    assert await claim(house, thread) == []
    await house.outbox.posted(first, "1.1", 0)
    assert await claim(house, thread) == ["b"]


async def test_a_claim_lapses_and_the_next_one_knows_that_it_is_not_the_first(house: House) -> None:
    thread = await to_post(house, "a", "b")
    first = await house.outbox.claim_thread(thread.channel, thread.ts)
    assert [row.attempts for row in first] == [0, 0]
    assert await house.outbox.due(10) == ()
    await house.claims_lapse()
    (lane,) = await house.outbox.due(10)
    assert (lane.channel, lane.thread_ts, lane.key) == (thread.channel, thread.ts, None)
    again = await house.outbox.claim_thread(thread.channel, thread.ts)
    assert [(row.key, row.attempts) for row in again] == [("a", 1), ("b", 1)]


async def test_postponing_one_delays_its_thread_and_no_other(house: House) -> None:
    thread, other = await to_post(house, "a", "b"), await to_post(house, "c")
    first, _ = await house.outbox.claim_thread(thread.channel, thread.ts)
    await house.outbox.postpone(first, 3600, "busy")
    await to_post(house, "z", thread=thread)
    assert await claim(house, thread) == []
    assert await claim(house, other) == ["c"]
    errors = await house.rows("SELECT key, error FROM countersign.outbox WHERE error IS NOT NULL")
    assert errors == [{"key": "a", "error": "busy"}]
    await house.claims_lapse()
    await house.claims_lapse()
    assert await claim(house, thread) == ["a", "b", "z"]


async def test_a_postponement_to_now_gives_the_claim_back(house: House) -> None:
    thread = await to_post(house, "a", "b")
    rows = await house.outbox.claim_thread(thread.channel, thread.ts)
    await house.outbox.posted(rows[0], "1.1", 0)
    await house.outbox.postpone(rows[1], 0, "later")
    assert await claim(house, thread) == ["b"]


async def test_what_is_posted_or_given_up_is_not_due(house: House) -> None:
    thread = await to_post(house, "a", "b")
    rows = await house.outbox.claim_thread(thread.channel, thread.ts)
    await house.outbox.posted(rows[0], "1.1", 0)
    await house.outbox.give_up(rows[1], "no")
    await house.claims_lapse()
    assert await house.outbox.due(10) == ()
    assert await claim(house, thread) == []


async def test_due_lanes_come_oldest_first_and_leave_out_what_is_postponed(house: House) -> None:
    first, second, third = [await to_post(house, key) for key in ("a", "b", "c")]
    await house.claims_lapse()
    (row,) = await house.outbox.claim_thread(second.channel, second.ts)
    await house.outbox.postpone(row, 60, "busy")
    assert [lane.thread_ts for lane in await house.outbox.due(10)] == [first.ts, third.ts]
    assert [lane.thread_ts for lane in await house.outbox.due(1)] == [first.ts]


async def test_posting_twice_is_recorded_once(house: House) -> None:
    thread = await to_post(house, "a")
    (row,) = await house.outbox.claim_thread(thread.channel, thread.ts)
    await house.outbox.posted(row, "1.1", 0)
    await house.outbox.posted(row, "2.2", 0)
    assert await house.rows("SELECT posted_ts FROM countersign.outbox") == [{"posted_ts": "1.1"}]


async def test_a_card_that_was_recorded_stays_where_it_is_whoever_saw_another(house: House) -> None:
    thread = await to_post(house)
    approval = open_approval(
        thread_id=thread.id, interrupt_id="i", digest="d", value="?", schema=None, rows=1, at=now()
    )
    await house.threads.accept(message(thread, "and"))
    work = await house.threads.work(thread.id)
    assert work is not None
    change = Change(after=approval, event=Event.OPENED)
    post = (card(thread, approval),)
    await house.threads.save_step(
        StepResult(
            thread=work.thread, done=tuple(row.key for row in work.inbound), changes=(change,), post=post
        )
    )
    for seen, expected in (("1.1", "1.1"), ("2.2", "1.1")):
        await house.outbox.card_seen(approval.id, seen)
        found = await house.threads.approval(approval.id)
        assert found is not None
        assert found.approval.card_ts == expected
    assert await claim(house, thread) == [], "its row counts as posted"
