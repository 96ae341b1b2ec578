"""Bots are killed at random points, again and again, while users work with them."""

import asyncio
import os
from contextlib import AsyncExitStack
from random import Random
from typing import Any

import pytest

from tests.chaos.fleet import users
from tests.chaos.fleet.bot_fleet import Fleet, Replica
from tests.chaos.fleet.invariants import check_invariants, effect_counts

KILLS = 60  # in the short form
THREADS = 10
WISHES = 3  # in each thread
KILLED_STARTING = 0.25  # of the kills


class RandomKiller:
    """Kills one bot after the other at random points, and starts it again."""

    def __init__(self, chance: Random, victims: list[Replica]) -> None:
        self._chance = chance
        self._victims = victims
        self.kills = 0

    async def run(self, kills: int) -> None:
        """So many kills; every bot has its own rhythm, so that sometimes several are dead at once."""
        share = [kills // len(self._victims)] * len(self._victims)
        seeds = [self._chance.random() for _ in self._victims]
        await asyncio.gather(*map(self._kill_repeatedly, self._victims, share, seeds))

    async def _kill_repeatedly(self, victim: Replica, kills: int, seed: float) -> None:
        chance = Random(seed)
        for _ in range(kills):
            # One in four at any point of its start. The others wait for it: on a loaded machine a start takes
            # longer than any of these intervals, and bots that never got to work would prove nothing.
            if chance.random() >= KILLED_STARTING:
                await victim.ready()
            await asyncio.sleep(chance.choice([0.1, 0.4, 0.8, 1.2, 2.0]) * chance.uniform(0.5, 1.5))
            await victim.kill()
            self.kills += 1
            await asyncio.sleep(chance.uniform(0.0, 0.3))
            await victim.start()


async def start_victims(fleet: Fleet, stack: AsyncExitStack, **more: Any) -> list[Replica]:
    """A front, a worker, and a bot that is both. `more`: of their environment."""
    kinds = {"front-1": ("serve", "--no-worker"), "worker-1": ("worker",), "both-1": ("serve",)}
    return [
        await stack.enter_async_context(fleet.bot(*arguments, name=name, **more))
        for name, arguments in kinds.items()
    ]


async def kill_at_random(fleet: Fleet, seed: int, kills: int, threads: int, run_requests: int) -> None:
    """People at work in many threads, and every bot killed and started again, so many times."""
    chance = Random(seed)
    names = [[f"w{thread}x{number}" for number in range(run_requests)] for thread in range(threads)]
    async with AsyncExitStack() as stack:
        victims = await start_victims(fleet, stack)
        killer = RandomKiller(chance, victims)
        seeds = [Random(chance.random()) for _ in names]
        killing = asyncio.create_task(killer.run(kills))
        done = await asyncio.gather(*map(users.run_requests, [fleet] * threads, names, seeds))
        await killing
        await check_invariants(fleet)
    assert effect_counts(fleet) == {name: 1 for of_thread in names for name in of_thread}
    for thread, of_thread in zip(done, names, strict=True):
        said = [m.text for m in thread.from_bot() if m.text.startswith("Did ")]
        assert said == [f"Did {name}." for name in of_thread]
    print(f"{killer.kills} kills")


async def test_nothing_is_lost_or_doubled_whenever_bots_are_killed(fleet: Fleet, seed: int) -> None:
    await kill_at_random(fleet, seed, KILLS, THREADS, WISHES)


@pytest.mark.long
@pytest.mark.timeout(0)
async def test_many_random_kills(fleet: Fleet, seed: int) -> None:
    rounds = int(os.environ.get("CHAOS_ROUNDS", "10"))
    await kill_at_random(fleet, seed, KILLS * rounds, THREADS * 2, WISHES * rounds)
