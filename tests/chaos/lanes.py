"""Many kills at chosen moments, side by side: lanes with a workspace, a database and a bot of their own.

Each moment carries one wish through, with the kill in between; a lane takes the next moment when it is done
with one, and in the end every promise is held to what its lane has become.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from random import Random
from typing import Generic, TypeVar

from tests.chaos import people
from tests.chaos.crew import Crew, Replica
from tests.chaos.ground import Ground
from tests.chaos.promises import Rows, all_kept, effects
from tests.chaos.traps import time_passes

LANES = 4
PATIENCE = 40.0  # seconds for one moment

Moment = TypeVar("Moment")
# Carries the wish through with the kill at this moment; gives what was caught, None when nothing was.
Case = Callable[[str, Moment], Awaitable[str | None]]


async def in_lanes(
    ground: Ground,
    moments: Iterable[Moment],
    open_case: Callable[[Crew, Replica, AsyncExitStack], Awaitable[Case[Moment]]],
) -> Counter[str]:
    """Try the moments until they are over, or one caught nothing. CHAOS_FROM leaves out the first ones.

    Gives what was caught, and how often.
    """
    left = iter(list(enumerate(moments))[int(os.environ.get("CHAOS_FROM", "0")) :])
    lanes = [_Lane(ground, number, left, open_case) for number in range(LANES)]
    async with asyncio.TaskGroup() as group:
        for lane in lanes:
            group.create_task(lane.run(lanes))
    return sum((lane.caught for lane in lanes), Counter())


class _Lane(Generic[Moment]):
    def __init__(
        self,
        ground: Ground,
        number: int,
        left: Iterable[tuple[int, Moment]],
        open_case: Callable[[Crew, Replica, AsyncExitStack], Awaitable[Case[Moment]]],
    ) -> None:
        self._ground = ground
        self._number = number
        self._left = iter(left)
        self._open_case = open_case
        self.caught: Counter[str] = Counter()
        self.over = False

    async def run(self, others: list["_Lane[Moment]"]) -> None:
        ground = self._ground
        async with AsyncExitStack() as stack:
            crew = await stack.enter_async_context(ground.crew(f"lane{self._number}"))
            bot = await stack.enter_async_context(crew.bot())
            case = await self._open_case(crew, bot, stack)
            names = []
            for number, moment in self._left:
                names.append(f"moment{number}")
                await self._one(crew, bot, case, names[-1], moment)
                if any(lane.over for lane in others):
                    break
            await all_kept(crew)
            assert effects(crew) == dict.fromkeys(names, 1)

    async def _one(self, crew: Crew, bot: Replica, case: Case[Moment], name: str, moment: Moment) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                found = await case(name, moment)
        except (AssertionError, TimeoutError) as error:
            picture = await Rows(crew.stage.database_url).picture()
            raise AssertionError(f"{name} ({moment}): {error!r}\n{picture}\n{bot.said[-3000:]}") from error
        if found is None:
            self.over = True
        else:
            self.caught[found] += 1


async def carried_through(crew: Crew, name: str, words: str = "") -> None:
    """The wish comes true and is answered once, and nothing is left to do."""
    thread = await people.wishes(crew, [f"{name} {words}"], Random(0))
    await Rows(crew.stage.database_url).at_rest()
    said = [message.text for message in thread.from_bot() if message.text.startswith("Did ")]
    assert said == [f"Did {name}."]


async def back_again(crew: Crew, bot: Replica) -> None:
    """The dead bot's time is over, and another begins."""
    await bot.kill()
    await time_passes(crew)
    await bot.again()
