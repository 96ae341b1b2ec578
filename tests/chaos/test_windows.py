"""A bot that is killed in every window there is: each commit, each call, each acknowledgement, each node."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.chaos.crew import Crew, Replica
from tests.chaos.ground import Ground
from tests.chaos.lanes import Case, back_again, carried_through, in_lanes
from tests.chaos.traps import WireTrap, commit_trap

MOST_COMMITS = 200  # more changes than a wish makes
NODES = ("think", "ask", "act", "acted", "say")
CALLS = (
    ("users.info", 0),
    ("chat.update", 0),  # the card that shows who decided
    ("chat.postMessage", 0),  # the card
    ("chat.postMessage", 1),  # the effect
    ("chat.postMessage", 2),  # the answer
)
# The transactions of a wish, each by its changes: what else goes on shifts which of them is caught.
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
async def test_killed_in_every_commit(ground: Ground, committed: bool) -> None:
    """Either nothing of the transaction is there, or all of it and nobody who knows."""

    async def open_case(crew: Crew, bot: Replica, stack: AsyncExitStack) -> Case[int]:
        trap = await stack.enter_async_context(commit_trap(crew))

        async def case(name: str, moment: int) -> str | None:
            await trap.set_at(moment)
            story = asyncio.create_task(carried_through(crew, name))
            while not (caught := await trap.caught()) and not story.done():
                await asyncio.wait([story], timeout=0.02)
            if caught is not None:
                backend, _ = caught
                await bot.kill()
                await (trap.let_commit(backend) if committed else trap.lose(backend))
                await back_again(crew, bot)
            await story
            return caught[1] if caught else None

        return case

    caught = await in_lanes(ground, range(1, MOST_COMMITS), open_case)
    print(dict(caught))
    assert sum(caught.values()) < MOST_COMMITS - 1, "there are moments that were not tried"
    missed = [window for window in WINDOWS if not window & caught.keys()]
    assert not missed, "no bot died there"


async def test_killed_at_every_call_acknowledgement_and_node(ground: Ground) -> None:
    async def open_case(crew: Crew, bot: Replica, stack: AsyncExitStack) -> Case[tuple[str, str, int]]:
        trap = WireTrap(crew, bot)

        async def case(name: str, moment: tuple[str, str, int]) -> str | None:
            how, what, number = moment
            if how == "in node":
                return await _killed_in_node(crew, bot, name, what)
            if what == "users.info":  # this bot may know by now who clicks
                await bot.kill()
                await bot.again()
            if how == "acknowledged":
                killing = trap.at_acknowledgement(what, number)
            else:
                killing = trap.at_call(what, number, done=how == "done")
            async with killing:
                story = asyncio.create_task(carried_through(crew, name))
                while trap.caught is None and not story.done():
                    await asyncio.wait([story], timeout=0.02)
            assert trap.caught == what, f"it was never {how}"
            await back_again(crew, bot)
            await story
            return " ".join(map(str, moment))

        return case

    caught = await in_lanes(ground, ON_THE_WIRE, open_case)
    assert sum(caught.values()) == len(ON_THE_WIRE)


async def _killed_in_node(crew: Crew, bot: Replica, name: str, node: str) -> str:
    story = asyncio.create_task(carried_through(crew, name, f"hold:{node}"))
    await crew.reached(name, node)
    await bot.kill()
    crew.let_go(name, node)
    await back_again(crew, bot)
    await story
    assert len(set(crew.passed(name, node))) == 2, "one process died in it, another did it again"
    return f"in node {node}"
