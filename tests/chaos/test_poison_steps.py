"""A poison step, which kills its worker every time, is parked after a few attempts and can be retried."""

import asyncio

from countersign.flow.steps.parking import MAX_ATTEMPTS
from slack_local.people.threads import Card, Thread
from tests.chaos.faults.failpoints import expire_leases
from tests.chaos.fleet.bot_fleet import Fleet, Replica
from tests.chaos.fleet.invariants import check_invariants
from tests.chaos.fleet.users import is_failure, wait_for_message


async def dies_until_parked(fleet: Fleet, bot: Replica, request: str) -> tuple[Thread, Card]:
    """The thread of a request that kills each bot that tries it, and the message that says so."""
    (fleet.folder / "deadly").touch()
    thread = await fleet.ws.carol.mentions(request)
    told = asyncio.create_task(thread.wait_until(lambda: _failure(thread), limit=60, what="a message"))
    deaths = 0
    while not told.done():
        ended = asyncio.create_task(bot.ends(60))
        await asyncio.wait([ended, told], return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            deaths += 1
            await bot.kill()
            await expire_leases(fleet)
            await bot.start()  # it may take the step up, and die of it, before it is ready
        else:
            ended.cancel()
    assert deaths == MAX_ATTEMPTS
    return thread, await told


async def test_it_is_tried_again_with_the_button(fleet: Fleet) -> None:
    """Here it dies before the message is in any checkpoint: it is held, not lost."""
    async with fleet.bot() as bot:
        thread, failed = await dies_until_parked(fleet, bot, "doomed: grim")
        assert "not run again" in failed.text
        other = await fleet.ws.carol.mentions("echo: other")
        await wait_for_message(fleet, other, "Heard other.", limit=10)
        (fleet.folder / "deadly").unlink()
        await failed.click("run:retry", by=fleet.ws.bob)
        await thread.wait_for("Heard grim.")
        await check_invariants(fleet)


async def test_it_is_listed_and_tried_again_by_the_operator(fleet: Fleet) -> None:
    async with fleet.bot() as bot:
        thread, _ = await dies_until_parked(fleet, bot, "echo: grim dies:echo")
        assert thread.id in await _jobs(fleet)
        (fleet.folder / "deadly").unlink()
        await _jobs(fleet, "--retry", thread.id)
        await thread.wait_for("Heard grim.")
        await check_invariants(fleet)
        assert thread.id not in await _jobs(fleet)


async def _jobs(fleet: Fleet, *arguments: str) -> str:
    async with fleet.bot("jobs", *arguments, name="operator", wait=False) as command:
        assert await command.ends(30) == 0, command.said
        return command.said


def _failure(thread: Thread) -> Card | None:
    return next((card for card in thread.cards() if is_failure(card)), None)
