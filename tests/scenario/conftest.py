"""Bots that whole modules share: starting one takes seconds, and threads do not disturb each other."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support import databases
from tests.support.stage import Stage, open_stage

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for the whole folder, in which the shared workspaces live."""
    for item in items:
        if item.path.is_relative_to(_HERE) and item.get_closest_marker("asyncio"):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session", autouse=True)
def _no_proxies() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
            patch.delenv(name, raising=False)
        yield


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["socket", "http"])
async def either(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    server_url: str,
    database_template: str,
) -> AsyncIterator[Stage]:
    """A bot that is reached over Socket Mode, and one over HTTP: each test runs with both."""
    folder = tmp_path_factory.mktemp(request.param)
    with databases.database(server_url, template=database_template) as url:
        async with open_stage(folder, url, mode=request.param) as stage, stage.bot() as bot:
            yield stage
            assert await bot.stop() == 0, bot.said


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage(
    tmp_path_factory: pytest.TempPathFactory, server_url: str, database_template: str
) -> AsyncIterator[Stage]:
    """A bot over Socket Mode, shared by every test that does not care how it is reached."""
    folder = tmp_path_factory.mktemp("stage")
    with databases.database(server_url, template=database_template) as url:
        async with open_stage(folder, url) as stage, stage.bot() as bot:
            yield stage
            assert await bot.stop() == 0, bot.said
