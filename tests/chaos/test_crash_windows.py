"""A bot is killed in every crash window: each commit, Web API call, acknowledgement and node."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.chaos.faults.crash_matrix import Case, complete_request, restart, run_crash_matrix
from tests.chaos.faults.failpoints import WireFailpoint, commit_failpoint
from tests.chaos.fleet.bot_fleet import Fleet, Replica
from tests.chaos.fleet.fleet_factory import FleetFactory

MAX_COMMITS = 200  # more changes than a request makes
NODES = ("think", "ask", "act", "acted", "answer")
CALLS = (
    ("users.info", 0),
    ("chat.update", 0),  # the card that shows who decided
    ("chat.postMessage", 0),  # the card
    ("chat.postMessage", 1),  # the effect
    ("chat.postMessage", 2),  # the answer
)
# The transactions of a request, each by its changes: what else goes on shifts which of them is caught.
WINDOWS = (
    {"insert inbox", "insert threads", "insert procrastinate_jobs"},  # a message is accepted
    {"insert checkpoints"},
    {"insert checkpoint_writes"},
    {"insert approvals", "insert outbox", "update inbox"},  # a step is settled
    {"update outbox"},  # a post is claimed, or recorded
    {"update approvals"},  # a decision, or a card's place
    {"insert effects", "update effects"},
    {"delete procrastinate_jobs", "update procrastinate_jobs"},
)
ON_THE_WIRE = (
    *(
        ("acknowledged", "app_mention", 0),
        ("acknowledged", "message", 0),
        ("acknowledged", "block_actions", 0),
    ),
    *(("not done", *call) for call in CALLS),
    *(("done", *call) for call in CALLS),
    *(("in node", node, 0) for node in NODES),
)


@pytest.mark.parametrize(
    "committed",
    [pytest.param(True, id="kept"), pytest.param(False, marks=pytest.mark.long, id="lost")],
)
async def test_killed_in_every_commit(fleet_factory: FleetFactory, committed: bool) -> None:
    """The transaction is lost, or committed without its client knowing."""

    async def open_case(fleet: Fleet, bot: Replica, stack: AsyncExitStack) -> Case[int]:
        failpoint = await stack.enter_async_context(commit_failpoint(fleet))

        async def case(name: str, point: int) -> str | None:
            await failpoint.set_at(point)
            story = asyncio.create_task(complete_request(fleet, name))
            while not (caught := await failpoint.caught()) and not story.done():
                await asyncio.wait([story], timeout=0.02)
            if caught is not None:
                backend, _ = caught
                await bot.kill()
                await (failpoint.let_commit(backend) if committed else failpoint.lose(backend))
                await restart(fleet, bot)
            await story
            return caught[1] if caught else None

        return case

    caught = await run_crash_matrix(fleet_factory, range(1, MAX_COMMITS), open_case)
    print(dict(caught))
    assert sum(caught.values()) < MAX_COMMITS - 1, "there are points that were not tried"
    missed = [window for window in WINDOWS if not window & caught.keys()]
    assert not missed, "no bot died there"


async def test_killed_at_every_call_acknowledgement_and_node(fleet_factory: FleetFactory) -> None:
    async def open_case(fleet: Fleet, bot: Replica, stack: AsyncExitStack) -> Case[tuple[str, str, int]]:
        failpoint = WireFailpoint(fleet, bot)

        async def case(name: str, point: tuple[str, str, int]) -> str | None:
            how, what, number = point
            if how == "in node":
                return await _killed_in_node(fleet, bot, name, what)
            if what == "users.info":  # this bot may know by now who clicks
                await bot.kill()
                await bot.again()
            if how == "acknowledged":
                killing = failpoint.at_acknowledgement(what, number)
            else:
                killing = failpoint.at_call(what, number, done=how == "done")
            async with killing:
                story = asyncio.create_task(complete_request(fleet, name))
                while failpoint.caught is None and not story.done():
                    await asyncio.wait([story], timeout=0.02)
            assert failpoint.caught == what, f"it was never {how}"
            await restart(fleet, bot)
            await story
            return " ".join(map(str, point))

        return case

    caught = await run_crash_matrix(fleet_factory, ON_THE_WIRE, open_case)
    assert sum(caught.values()) == len(ON_THE_WIRE)


async def _killed_in_node(fleet: Fleet, bot: Replica, name: str, node: str) -> str:
    story = asyncio.create_task(complete_request(fleet, name, f"hold:{node}"))
    await fleet.reached(name, node)
    await bot.kill()
    fleet.release(name, node)
    await restart(fleet, bot)
    await story
    assert len(set(fleet.visits(name, node))) == 2, "one process died in it, another did it again"
    return f"in node {node}"
