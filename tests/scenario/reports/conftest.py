"""A bot that hosts the graphs of `project`."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.scenario.guides.conftest import GuidePlayer, open_project
from tests.support import databases

PROJECT = Path(__file__).parent / "project"


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def player(
    tmp_path_factory: pytest.TempPathFactory, server_url: str, database_template: str
) -> AsyncIterator[GuidePlayer]:
    with databases.database(server_url, template=database_template) as url:
        async with open_project(PROJECT, tmp_path_factory.mktemp("reports"), url) as player:
            yield player
