"""Runs one request per crash point, killing the bot there, on several fleets in parallel.

Each fleet has its own workspace, database and bot, and takes the next point when it is done with one. At the
end every invariant is checked on each fleet.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from random import Random
from typing import Generic, TypeVar

from tests.chaos.faults.failpoints import expire_leases
from tests.chaos.fleet import users
from tests.chaos.fleet.bot_fleet import Fleet, Replica
from tests.chaos.fleet.fleet_factory import FleetFactory
from tests.chaos.fleet.invariants import Rows, check_invariants, effect_counts

PARALLEL = 4
TIMEOUT = 40.0  # seconds for one point

CrashPoint = TypeVar("CrashPoint")
# Completes the request with a kill at this point. Returns what was interrupted, None for nothing.
Case = Callable[[str, CrashPoint], Awaitable[str | None]]


async def run_crash_matrix(
    fleet_factory: FleetFactory,
    points: Iterable[CrashPoint],
    open_case: Callable[[Fleet, Replica, AsyncExitStack], Awaitable[Case[CrashPoint]]],
    policy: str = "",
) -> Counter[str]:
    """Try the points until none is left, or one interrupted nothing. CHAOS_FROM skips the first ones.

    Under a `policy` bob is the only one in @finance, and alice in @oncall.

    Returns what was interrupted, and how often.
    """
    left = iter(list(enumerate(points))[int(os.environ.get("CHAOS_FROM", "0")) :])
    workers = [_CrashWorker(fleet_factory, number, left, open_case, policy) for number in range(PARALLEL)]
    async with asyncio.TaskGroup() as group:
        for worker in workers:
            group.create_task(worker.run(workers))
    return sum((worker.caught for worker in workers), Counter())


class _CrashWorker(Generic[CrashPoint]):
    def __init__(
        self,
        fleet_factory: FleetFactory,
        number: int,
        left: Iterable[tuple[int, CrashPoint]],
        open_case: Callable[[Fleet, Replica, AsyncExitStack], Awaitable[Case[CrashPoint]]],
        policy: str,
    ) -> None:
        self._fleet_factory = fleet_factory
        self._number = number
        self._left = iter(left)
        self._open_case = open_case
        self._policy = policy
        self.caught: Counter[str] = Counter()
        self.over = False

    async def run(self, others: list["_CrashWorker[CrashPoint]"]) -> None:
        fleet_factory = self._fleet_factory
        async with AsyncExitStack() as stack:
            fleet = await stack.enter_async_context(fleet_factory.fleet(f"worker{self._number}"))
            bot = await stack.enter_async_context(fleet.bot(POLICY_FILE=self._policy_file(fleet)))
            case = await self._open_case(fleet, bot, stack)
            names = []
            for number, point in self._left:
                names.append(f"point{number}")
                await self._one(fleet, bot, case, names[-1], point)
                if any(worker.over for worker in others):
                    break
            await check_invariants(fleet)
            assert effect_counts(fleet) == dict.fromkeys(names, 1)

    def _policy_file(self, fleet: Fleet) -> str:
        file = fleet.stage.folder / "approvals.toml"
        file.write_text(self._policy)
        fleet.ws.add_user_group("finance", [fleet.ws.bob])
        fleet.ws.add_user_group("oncall", [fleet.ws.alice])
        return str(file)

    async def _one(
        self, fleet: Fleet, bot: Replica, case: Case[CrashPoint], name: str, point: CrashPoint
    ) -> None:
        try:
            async with asyncio.timeout(TIMEOUT):
                found = await case(name, point)
        except (AssertionError, TimeoutError) as error:
            diagnostics = await Rows(fleet.stage.database_url).diagnostics()
            raise AssertionError(f"{name} ({point}): {error!r}\n{diagnostics}\n{bot.said[-3000:]}") from error
        if found is None:
            self.over = True
        else:
            self.caught[found] += 1


async def complete_request(fleet: Fleet, name: str, words: str = "") -> None:
    """The request completes and is answered once, and nothing is left to do."""
    thread = await users.run_requests(fleet, [f"{name} {words}"], Random(0))
    await Rows(fleet.stage.database_url).wait_until_finished()
    said = [message.text for message in thread.from_bot() if message.text.startswith("Did ")]
    assert said == [f"Did {name}."]


async def restart(fleet: Fleet, bot: Replica) -> None:
    """Expire the dead bot's leases, and start another bot."""
    await bot.kill()
    await expire_leases(fleet)
    await bot.again()
