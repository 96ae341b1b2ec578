"""A thread's messages and decisions in order, and no thread that keeps the others waiting."""

import asyncio
import time

import pytest

from slack_local.people.threads import Thread
from tests.chaos.fleet import users
from tests.chaos.fleet.bot_fleet import Fleet
from tests.chaos.fleet.invariants import Rows, check_invariants, effect_counts
from tests.chaos.fleet.users import wait_for_message

SLOTS = """
SELECT count(*) FILTER (WHERE started_at IS NOT NULL) AS running,
       count(*) FILTER (WHERE started_at IS NULL) AS waiting
FROM countersign.run_slots
"""


async def test_messages_of_a_thread_are_answered_in_their_order_under_load(fleet: Fleet) -> None:
    """Two doors may store them crosswise; those that wait together are taken as they were written."""
    names = [f"t{number}" for number in range(6)]
    async with (
        fleet.bot("serve", "--no-worker", name="front-1"),
        fleet.bot("serve", "--no-worker", name="front-2"),
        fleet.bot("worker", name="worker-1"),
        fleet.bot("worker", name="worker-2"),
    ):
        threads = [await fleet.ws.carol.mentions(f"echo: {name}x0 hold:echo") for name in names]
        for name, thread in zip(names, threads, strict=True):
            await fleet.reached(f"{name}x0", "echo")
            for number in range(1, 12):
                await fleet.ws.carol.replies(thread, f"{name}x{number}")
        await fleet.ws.delivery.idle()
        for name in names:
            fleet.release(f"{name}x0", "echo")
        await check_invariants(fleet)
    for name, thread in zip(names, threads, strict=True):
        assert heard(thread) == [f"Heard {name}x{number}." for number in range(12)]


async def test_a_slow_thread_delays_no_other(fleet: Fleet) -> None:
    async with fleet.bot(CONCURRENCY="4"):
        slow = await fleet.ws.carol.mentions("echo: slow hold:echo")
        await fleet.reached("slow", "echo")
        began = time.monotonic()
        for number in range(5):
            thread = await fleet.ws.carol.mentions(f"echo: quick{number}")
            await wait_for_message(fleet, thread, f"Heard quick{number}.", limit=10)
        assert time.monotonic() - began < 10
        fleet.release("slow", "echo")
        await wait_for_message(fleet, slow, "Heard slow.")
        await check_invariants(fleet)


async def test_a_thread_that_floods_does_not_starve_the_rest(fleet: Fleet) -> None:
    async with fleet.bot(CONCURRENCY="2"):
        flood = await burst(fleet, "flood", 100)
        quick = [await fleet.ws.carol.mentions(f"echo: guest{number}") for number in range(5)]
        for number, thread in enumerate(quick):
            await wait_for_message(fleet, thread, f"Heard guest{number}.", limit=20)
        assert len(heard(flood)) < 100, "the guests did not have to wait for its end"
        await check_invariants(fleet)
    assert sorted(heard(flood)) == sorted(f"Heard floodx{message}." for message in range(100))


async def test_a_killed_workers_flood_comes_to_its_end(fleet: Fleet) -> None:
    """Its slots go on with its runs, in another worker, and the threads that wait get theirs after them."""
    names = [f"f{number}" for number in range(10)]
    async with (
        fleet.bot("serve", "--no-worker", name="front"),
        fleet.bot("worker", name="worker-1", CONCURRENCY="4") as doomed,
    ):
        threads = [await fleet.ws.carol.mentions(f"echo: {name} hold:echo") for name in names]
        rows = Rows(fleet.stage.database_url)
        await until_slots(rows, running=2, waiting=8)
        await doomed.kill()
        async with fleet.bot("worker", name="worker-2", CONCURRENCY="4"):
            guest = await fleet.ws.bob.mentions("echo: guest")
            await wait_for_message(fleet, guest, "Heard guest.", limit=20)
            for name in names:
                fleet.release(name, "echo")
            for name, thread in zip(names, threads, strict=True):
                await wait_for_message(fleet, thread, f"Heard {name}.", limit=40)
            await check_invariants(fleet)
            await until_slots(rows, running=0, waiting=0)


async def until_slots(rows: Rows, *, running: int, waiting: int) -> None:
    async with asyncio.timeout(20):
        while (await rows.of(SLOTS)) != [{"running": running, "waiting": waiting}]:  # noqa: ASYNC110 -- rows
            await asyncio.sleep(0.05)


async def test_requests_of_one_thread_follow_each_other_at_once(fleet: Fleet) -> None:
    """The next message's step starts when the one before it ends, and not at some poll."""
    async with fleet.bot():
        thread = await burst(fleet, "row", 20)
        began = time.monotonic()
        await thread.wait_until(lambda: len(heard(thread)) == 20, what="all answers")
        assert time.monotonic() - began < 19 * 0.25, "slower than the queue's own poll"
        await check_invariants(fleet)


@pytest.mark.timeout(100)
async def test_a_database_that_was_away_holds_no_thread_for_long(fleet: Fleet) -> None:
    async with fleet.bot() as bot:
        thread = await fleet.ws.carol.mentions("gate: brief")
        card = await users.card_of(fleet, thread, "brief")
        async with users.refused_by_the_database(fleet):
            pressed = asyncio.create_task(users.clicks_approve(card, fleet.ws.bob))
            await bot.answers("/readyz", 503, 20)
        back_at = time.monotonic()
        await pressed
        await wait_for_message(fleet, thread, "Did brief.")
        assert time.monotonic() - back_at < 15
        await check_invariants(fleet)
    assert effect_counts(fleet) == {"brief": 1}


async def burst(fleet: Fleet, name: str, count: int) -> Thread:
    """A thread with so many messages, all but the first written at once."""
    thread: Thread = await fleet.ws.carol.mentions(f"echo: {name}x0")
    await wait_for_message(fleet, thread, f"Heard {name}x0.")
    for number in range(1, count):
        await fleet.ws.carol.replies(thread, f"{name}x{number}")
    return thread


def heard(thread: Thread) -> list[str]:
    return [message.text for message in thread.from_bot() if message.text.startswith("Heard ")]
