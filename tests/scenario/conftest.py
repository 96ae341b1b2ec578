"""Bots that a module shares: starting one takes seconds, and threads do not disturb each other.

No bot is shared by more: what waits in the threads of other modules would crowd its lists.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio

from tests.support import databases
from tests.support.bots import BotProcess
from tests.support.place import place
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


@asynccontextmanager
async def _reached_over(
    mode: Literal["socket", "http"], folder: Path, server_url: str, template: str
) -> AsyncIterator[Stage]:
    with databases.database(server_url, template=template) as url:
        # A stream that a person ended with Slack's Stop is ended once more by the bot.
        refused = ("stopped_by_user",)
        async with open_stage(folder, url, mode=mode, refused=refused) as stage, stage.bot() as bot:
            yield stage
            await _well_ended(stage, bot)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def over_socket(
    tmp_path_factory: pytest.TempPathFactory, server_url: str, database_template: str
) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("socket")
    async with _reached_over("socket", folder, server_url, database_template) as stage:
        yield stage


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def over_http(
    tmp_path_factory: pytest.TempPathFactory, server_url: str, database_template: str
) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("http")
    async with _reached_over("http", folder, server_url, database_template) as stage:
        yield stage


@pytest.fixture(scope="module", params=["socket", "http"])
def either(request: pytest.FixtureRequest) -> Stage:
    """A bot that is reached over Socket Mode, and one over HTTP: each test runs with both."""
    found: Stage = request.getfixturevalue(f"over_{request.param}")
    return found


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
