"""One bot serves two workspaces, each of which runs a thread at a time (`RUNS_PER_WORKSPACE`)."""

import json
from collections.abc import AsyncIterator

import pytest_asyncio

from slack_local.people.threads import Thread
from slack_local.workspace import LocalWorkspace
from tests.support.place import Place
from tests.support.processes.bots import printed_on_failure, until
from tests.support.several_workspaces import TwoWorkspaces, two_workspaces


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def both(place: Place) -> AsyncIterator[TwoWorkspaces]:
    async with two_workspaces(place.folder, place.url, mode=place.mode, RUNS_PER_WORKSPACE="1") as both:
        with printed_on_failure(both.bot):
            await both.install()
            yield both


async def waits(both: TwoWorkspaces, ws: LocalWorkspace, name: str) -> Thread:
    """A thread whose run goes on once `name` is released."""
    person = ws.carol if name.endswith("1") else ws.bob
    return await person.mentions(f"ask: {json.dumps({'wait_for': name, 'ask': 'Which?'})}")


def reached(both: TwoWorkspaces, name: str) -> bool:
    return (both.bot.folder / "notes" / f"{name}.reached").exists()


def release(both: TwoWorkspaces, name: str) -> None:
    (both.bot.folder / "notes" / name).touch()


async def test_a_busy_workspace_keeps_to_its_limit_and_another_is_served_at_once(both: TwoWorkspaces) -> None:
    """Two people of the first workspace; it has more slots than their runs need."""
    await waits(both, both.first, "busy-1")
    await until(lambda: reached(both, "busy-1"), lambda: "the first run", 15)
    second = await waits(both, both.first, "busy-2")
    await second.wait_for(lambda message: "waiting" in message.text.lower(), limit=15)

    other = await waits(both, both.second, "other-1")
    await until(lambda: reached(both, "other-1"), lambda: "the other workspace's run", 15)
    assert not reached(both, "busy-2"), "its workspace runs another thread"

    release(both, "busy-1")
    await until(lambda: reached(both, "busy-2"), lambda: "the run that waited", 15)
    release(both, "busy-2")
    release(both, "other-1")
    for thread in (second, other):
        await thread.wait_for(lambda message: "Which?" in message.text, limit=15)
