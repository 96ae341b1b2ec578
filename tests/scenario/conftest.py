"""Bots that a module shares: starting one takes seconds, and threads do not disturb each other.

No bot is shared by more: what waits in the threads of other modules would crowd its lists.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.place import NewPlace, place
from tests.support.processes.bots import BotProcess
from tests.support.proxies import no_proxies
from tests.support.stage import Stage, open_stage

__all__ = ["no_proxies", "place"]

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for the whole folder, in which the shared workspaces live."""
    for item in items:
        if item.path.is_relative_to(_HERE) and item.get_closest_marker("asyncio"):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


async def _well_ended(stage: Stage, bot: BotProcess) -> None:
    """The bot ends in order, and its log holds no secret."""
    assert await bot.stop() == 0, bot.said
    assert stage.leaked(bot.said) == []


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["socket", "http"])
async def either(request: pytest.FixtureRequest, new_place: NewPlace) -> AsyncIterator[Stage]:
    """A bot that is reached over Socket Mode, and one over HTTP: each test runs with both."""
    refused = ("stopped_by_user",)  # a stream that a person ended is ended once more by the bot
    with new_place(request.param, request.param) as place:
        opened = open_stage(place.folder, place.url, mode=place.mode, refused=refused)
        async with opened as stage, stage.bot() as bot:
            yield stage
            await _well_ended(stage, bot)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(new_place: NewPlace) -> AsyncIterator[tuple[Stage, BotProcess]]:
    with new_place("stage") as place:
        async with open_stage(place.folder, place.url) as stage, stage.bot() as bot:
            yield stage, bot
            await _well_ended(stage, bot)


@pytest.fixture
def stage(shared: tuple[Stage, BotProcess]) -> Stage:
    """A bot over Socket Mode, shared by every test that does not care how it is reached."""
    return shared[0]


@pytest.fixture
def process(shared: tuple[Stage, BotProcess]) -> BotProcess:
    """The process behind `stage`."""
    return shared[1]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def empty_stage(new_place: NewPlace) -> AsyncIterator[Stage]:
    """A stage of the module's own, on which no bot runs yet."""
    with new_place("empty") as place:
        async with open_stage(place.folder, place.url) as stage:
            yield stage
