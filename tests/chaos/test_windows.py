"""A bot that is killed in every window there is: each commit, each call, each acknowledgement, each node.

One wish is carried through, with the kill at one moment of it, until no moment is left to kill at. Several
lanes, each with a workspace and a database of its own, share the moments among them.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest

from tests.chaos import people
from tests.chaos.crew import Crew, Replica, open_crew
from tests.chaos.forge import Forge
from tests.chaos.promises import all_kept, effects
from tests.chaos.traps import WireTrap, commit_trap, time_passes
from tests.support import databases

LANES = 4
MOST = 200  # more moments than a wish has

# Carries one wish through with the kill at moment `number`; gives what was caught, or None beyond the last.
Case = Callable[[Crew, Replica, str, int], Awaitable[str | None]]
OpenCase = Callable[[Crew, AsyncExitStack], Awaitable[Case]]


async def in_lanes(
    folder: Path, server_url: str, template: str, forge: Forge, open_case: OpenCase
) -> Counter[str]:
    """Try moment after moment until one is beyond the last. Gives what was caught, and how often."""
    caught: Counter[str] = Counter()
    moments = iter(range(MOST))
    over = False

    async def lane(number: int) -> None:
        nonlocal over
        async with AsyncExitStack() as stack:
            url = stack.enter_context(databases.database(server_url, template=template))
            crew = await stack.enter_async_context(open_crew(folder / f"lane{number}", url, forge))
            bot = await stack.enter_async_context(crew.bot())
            case = await open_case(crew, stack)
            names = []
            while not over and (moment := next(moments, None)) is not None:
                names.append(f"moment{moment}")
                try:
                    found = await case(crew, bot, names[-1], moment)
                except AssertionError as error:
                    raise AssertionError(f"killed at moment {moment}: {error}\n{bot.said[-3000:]}") from error
                if found is None:
                    over = True
                else:
                    caught[found] += 1
            await all_kept(crew)
            assert effects(crew) == dict.fromkeys(names, 1)

    async with asyncio.TaskGroup() as lanes:
        for number in range(LANES):
            lanes.create_task(lane(number))
    assert next(moments, None) is not None, "there are moments that were not tried"
    return caught


async def carried_through(crew: Crew, name: str) -> None:
    thread = await people.wishes(crew, [name], Random(0))
    said = [message.text for message in thread.from_bot() if message.text.startswith("Did ")]
    assert said == [f"Did {name}."]


async def back_again(crew: Crew, bot: Replica) -> None:
    await bot.kill()
    await time_passes(crew)
    await bot.again()


@pytest.mark.parametrize("committed", [False, True], ids=["lost", "kept"])
async def test_killed_in_a_commit(
    tmp_path: Path, server_url: str, database_template: str, forge: Forge, committed: bool
) -> None:
    async def open_case(crew: Crew, stack: AsyncExitStack) -> Case:
        trap = await stack.enter_async_context(commit_trap(crew))

        async def case(crew: Crew, bot: Replica, name: str, moment: int) -> str | None:
            await trap.set_at(moment + 1)
            story = asyncio.create_task(carried_through(crew, name))
            while not (caught := await trap.caught()) and not story.done():
                await asyncio.wait([story], timeout=0.02)
            if caught is None:
                await story
                return None
            backend, what = caught
            await bot.kill()
            await (trap.let_commit(backend) if committed else trap.lose(backend))
            await back_again(crew, bot)
            await story
            return what

        return case

    caught = await in_lanes(tmp_path, server_url, database_template, forge, open_case)
    print(dict(caught))
    assert caught.keys() >= {
        "insert inbox",
        "insert checkpoints",
        "insert checkpoint_writes",
        "insert approvals",
        "insert outbox",
        "update approvals",
        "insert effects",
        "update effects",
        "update outbox",
        "update inbox",
        "insert procrastinate_jobs",
        "delete procrastinate_jobs",
    }


@pytest.mark.parametrize("done", [False, True], ids=["not-done", "done"])
async def test_killed_in_a_call(
    tmp_path: Path, server_url: str, database_template: str, forge: Forge, done: bool
) -> None:
    async def open_case(crew: Crew, stack: AsyncExitStack) -> Case:
        return lambda crew, bot, name, moment: _killed_in_call(crew, bot, name, moment, done)

    caught = await in_lanes(tmp_path, server_url, database_template, forge, open_case)
    print(dict(caught))
    assert caught["chat.postMessage"] >= 3, "card, effect and answer"
    assert caught["chat.update"] >= 1


async def _killed_in_call(crew: Crew, bot: Replica, name: str, moment: int, done: bool) -> str | None:
    trap = WireTrap(crew, bot)
    async with trap.at_call(moment, done=done):
        return await _story_with(crew, bot, name, trap)


async def test_killed_at_an_acknowledgement(
    tmp_path: Path, server_url: str, database_template: str, forge: Forge
) -> None:
    async def open_case(crew: Crew, stack: AsyncExitStack) -> Case:
        async def case(crew: Crew, bot: Replica, name: str, moment: int) -> str | None:
            trap = WireTrap(crew, bot)
            async with trap.at_acknowledgement(moment):
                return await _story_with(crew, bot, name, trap)

        return case

    caught = await in_lanes(tmp_path, server_url, database_template, forge, open_case)
    print(dict(caught))
    assert caught.keys() >= {"app_mention", "block_actions"}


async def _story_with(crew: Crew, bot: Replica, name: str, trap: WireTrap) -> str | None:
    story = asyncio.create_task(carried_through(crew, name))
    while trap.caught is None and not story.done():
        await asyncio.wait([story], timeout=0.02)
    if trap.caught is not None:
        await back_again(crew, bot)
    await story
    return trap.caught


@pytest.mark.parametrize("at", ["think", "ask", "act", "acted", "say"])
async def test_killed_in_a_node(crew: Crew, at: str) -> None:
    async with crew.bot() as bot:
        story = asyncio.create_task(people.wishes(crew, [f"node-{at} hold:{at}"], Random(0)))
        await crew.reached(f"node-{at}", at)
        await bot.kill()
        crew.let_go(f"node-{at}", at)
        await back_again(crew, bot)
        await story
        await all_kept(crew)
    assert effects(crew) == {f"node-{at}": 1}
