"""Bots that a module shares: starting one takes seconds, and threads do not disturb each other.

No bot is shared by more: what waits in the threads of other modules would crowd its lists.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.place import place
from tests.support.postgres import databases
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
async def either(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    server_url: str,
    database_template: str,
) -> AsyncIterator[Stage]:
    """A bot that is reached over Socket Mode, and one over HTTP: each test runs with both."""
    folder = tmp_path_factory.mktemp(request.param)
    with databases.database(server_url, template=database_template) as url:
        # A stream that a person ended with Slack's Stop is ended once more by the bot.
        refused = ("stopped_by_user",)
        async with open_stage(folder, url, mode=request.param, refused=refused) as stage, stage.bot() as bot:
            yield stage
            await _well_ended(stage, bot)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(
    tmp_path_factory: pytest.TempPathFactory, server_url: str, database_template: str
) -> AsyncIterator[tuple[Stage, BotProcess]]:
    folder = tmp_path_factory.mktemp("stage")
    with databases.database(server_url, template=database_template) as url:
        async with open_stage(folder, url) as stage, stage.bot() as bot:
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
async def empty_stage(
    tmp_path_factory: pytest.TempPathFactory, server_url: str, database_template: str
) -> AsyncIterator[Stage]:
    """A stage of the module's own, on which no bot runs yet."""
    with databases.database(server_url, template=database_template) as url:
        async with open_stage(tmp_path_factory.mktemp("empty"), url) as stage:
            yield stage
