"""A step that takes its worker down every time is set aside after a few tries, told, listed, tried again."""

import asyncio

from countersign.flow.steps.thread_runner import MAX_ATTEMPTS
from slack_local.people.threads import Card, Thread
from tests.chaos.crew import Crew, Replica
from tests.chaos.people import is_failure, says
from tests.chaos.promises import all_kept
from tests.chaos.traps import time_passes


async def dies_until_set_aside(crew: Crew, bot: Replica, wish: str) -> tuple[Thread, Card]:
    """The thread of a wish that kills each bot that tries it, and the message that says so."""
    (crew.folder / "deadly").touch()
    thread = await crew.ws.carol.mentions(wish)
    told = asyncio.create_task(thread.wait_until(lambda: _failure(thread), limit=60, what="a message"))
    deaths = 0
    while not told.done():
        ended = asyncio.create_task(bot.ends(60))
        await asyncio.wait([ended, told], return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            deaths += 1
            await bot.kill()
            await time_passes(crew)
            await bot.start()  # it may take the step up, and die of it, before it is ready
        else:
            ended.cancel()
    assert deaths == MAX_ATTEMPTS
    return thread, await told


async def test_it_is_tried_again_with_the_button(crew: Crew) -> None:
    """Here it dies before the message is in any checkpoint: it is held, not lost."""
    async with crew.bot() as bot:
        thread, failed = await dies_until_set_aside(crew, bot, "doomed: grim")
        assert "not run again" in failed.text
        other = await crew.ws.carol.mentions("echo: other")
        await says(crew, other, "Heard other.", limit=10)
        (crew.folder / "deadly").unlink()
        await failed.click("run:retry", by=crew.ws.bob)
        await thread.wait_for("Heard grim.")
        await all_kept(crew)


async def test_it_is_listed_and_tried_again_by_the_operator(crew: Crew) -> None:
    async with crew.bot() as bot:
        thread, _ = await dies_until_set_aside(crew, bot, "echo: grim dies:echo")
        assert thread.id in await _jobs(crew)
        (crew.folder / "deadly").unlink()
        await _jobs(crew, "--retry", thread.id)
        await thread.wait_for("Heard grim.")
        await all_kept(crew)
        assert thread.id not in await _jobs(crew)


async def _jobs(crew: Crew, *arguments: str) -> str:
    async with crew.bot("jobs", *arguments, name="operator", wait=False) as command:
        assert await command.ends(30) == 0, command.said
        return command.said


def _failure(thread: Thread) -> Card | None:
    return next((card for card in thread.cards() if is_failure(card)), None)
