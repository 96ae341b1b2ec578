"""A thread's messages and decisions in order, and no thread that keeps the others waiting."""

import asyncio
import time

import pytest

from slack_local.people.threads import Thread
from tests.chaos import people
from tests.chaos.crew import Crew
from tests.chaos.people import says
from tests.chaos.promises import all_kept, effects


async def test_messages_of_a_thread_are_answered_in_their_order_under_load(crew: Crew) -> None:
    """Two doors may store them crosswise; those that wait together are taken as they were written."""
    names = [f"t{number}" for number in range(6)]
    async with (
        crew.bot("serve", "--no-worker", name="front-1"),
        crew.bot("serve", "--no-worker", name="front-2"),
        crew.bot("worker", name="worker-1"),
        crew.bot("worker", name="worker-2"),
    ):
        threads = [await crew.ws.carol.mentions(f"echo: {name}x0 hold:echo") for name in names]
        for name, thread in zip(names, threads, strict=True):
            await crew.reached(f"{name}x0", "echo")
            for number in range(1, 12):
                await crew.ws.carol.replies(thread, f"{name}x{number}")
        await crew.ws.delivery.idle()
        for name in names:
            crew.let_go(f"{name}x0", "echo")
        await all_kept(crew)
    for name, thread in zip(names, threads, strict=True):
        assert heard(thread) == [f"Heard {name}x{number}." for number in range(12)]


async def test_a_slow_thread_delays_no_other(crew: Crew) -> None:
    async with crew.bot(CONCURRENCY="2"):
        slow = await crew.ws.carol.mentions("echo: slow hold:echo")
        await crew.reached("slow", "echo")
        began = time.monotonic()
        for number in range(5):
            thread = await crew.ws.carol.mentions(f"echo: quick{number}")
            await says(crew, thread, f"Heard quick{number}.", limit=10)
        assert time.monotonic() - began < 10
        crew.let_go("slow", "echo")
        await says(crew, slow, "Heard slow.")
        await all_kept(crew)


async def test_a_thread_that_floods_does_not_starve_the_rest(crew: Crew) -> None:
    async with crew.bot(CONCURRENCY="2"):
        flood = await burst(crew, "flood", 100)
        quick = [await crew.ws.carol.mentions(f"echo: guest{number}") for number in range(5)]
        for number, thread in enumerate(quick):
            await says(crew, thread, f"Heard guest{number}.", limit=20)
        assert len(heard(flood)) < 100, "the guests did not have to wait for its end"
        await all_kept(crew)
    assert sorted(heard(flood)) == sorted(f"Heard floodx{message}." for message in range(100))


async def test_wishes_of_one_thread_follow_each_other_at_once(crew: Crew) -> None:
    """The next message's step starts when the one before it ends, and not at some poll."""
    async with crew.bot():
        thread = await burst(crew, "row", 20)
        began = time.monotonic()
        await thread.wait_until(lambda: len(heard(thread)) == 20, what="all answers")
        assert time.monotonic() - began < 19 * 0.25, "slower than the queue's own poll"
        await all_kept(crew)


@pytest.mark.timeout(100)
async def test_a_database_that_was_away_holds_no_thread_for_long(crew: Crew) -> None:
    async with crew.bot() as bot:
        thread = await crew.ws.carol.mentions("gate: brief")
        card = await people.card_of(crew, thread, "brief")
        async with people.refused_by_the_database(crew):
            pressed = asyncio.create_task(people.presses(card, crew.ws.bob))
            await bot.answers("/readyz", 503, 20)
        back_at = time.monotonic()
        await pressed
        await says(crew, thread, "Did brief.")
        assert time.monotonic() - back_at < 15
        await all_kept(crew)
    assert effects(crew) == {"brief": 1}


async def burst(crew: Crew, name: str, count: int) -> Thread:
    """A thread with so many messages, all but the first written at once."""
    thread: Thread = await crew.ws.carol.mentions(f"echo: {name}x0")
    await says(crew, thread, f"Heard {name}x0.")
    for number in range(1, count):
        await crew.ws.carol.replies(thread, f"{name}x{number}")
    return thread


def heard(thread: Thread) -> list[str]:
    return [message.text for message in thread.from_bot() if message.text.startswith("Heard ")]
