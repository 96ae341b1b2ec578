"""A bot that hosts the graphs of `project`."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.scenario.guides.conftest import GuidePlayer
from tests.support import databases
from tests.support.in_process import bot_in_process
from tests.support.stage import open_stage

PROJECT = Path(__file__).parent / "project"


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def game(
    tmp_path_factory: pytest.TempPathFactory, server_url: str, database_template: str
) -> AsyncIterator[GuidePlayer]:
    folder = tmp_path_factory.mktemp("newcomers")
    project = shutil.copytree(PROJECT, folder / "project")
    with databases.database(server_url, template=database_template) as url:
        async with open_stage(folder / "stage", url) as stage:
            given = {"LANGGRAPH_CONFIG": str(project / "langgraph.json"), "DEFAULT_GRAPH": ""}
            async with bot_in_process(stage.environment(**given)):
                await stage.ws.connected()
                yield GuidePlayer(stage)
