"""The pytest fixture `countersign`: the bot, connected to `workspace`. pytest finds it by itself.

`workspace` is slack_local's. Needs pytest-asyncio. See docs/testing.md.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# pytest imports this module in every run of every project, so what the fixtures need is imported in them.
if TYPE_CHECKING:
    from countersign.demo.bot.process import CountersignBot
    from slack_local.workspace import LocalWorkspace

try:
    from pytest_asyncio import fixture as async_fixture
except ImportError:
    async_fixture = pytest.fixture  # type: ignore[assignment]  # the same arguments

CONNECTED_SECONDS = 20.0
TAIL_LINES = 100


@pytest.fixture
def countersign_config(request: pytest.FixtureRequest) -> Path:
    """The langgraph.json whose graphs the bot hosts; by default that of pytest's root folder."""
    return request.config.rootpath / "langgraph.json"


@pytest.fixture
def countersign_environment() -> Mapping[str, str]:
    """More settings for the bot, and for your graphs. DEMO_DATABASE_URL names a PostgreSQL of yours."""
    return {}


@async_fixture
async def countersign_model() -> AsyncIterator[str | None]:
    """The address of an OpenAI-compatible server for your graphs: by default the scripted model's.

    None leaves OPENAI_BASE_URL, OPENAI_API_KEY and MODEL as the environment has them.
    """
    from countersign.demo.model import ScriptedModel

    async with ScriptedModel() as model:
        yield model.base_url


@pytest.fixture
def countersign_folder() -> Iterator[Path]:
    """An empty folder for the bot's database and log, deleted after the test."""
    # Not pytest's own: as root that is closed to the user who then runs PostgreSQL.
    folder = Path(tempfile.mkdtemp(prefix="countersign-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@async_fixture
async def countersign(
    workspace: "LocalWorkspace",
    countersign_config: Path,
    countersign_environment: Mapping[str, str],
    countersign_model: str | None,
    countersign_folder: Path,
) -> "AsyncIterator[CountersignBot]":
    """Countersign, connected to the workspace, with a database that nobody used before.

    It can be stopped, killed and started again: `await countersign.kill()`, `await countersign.start()`.
    What it logged is printed after the test, so that pytest shows it with a failure. A bot that cannot start
    raises `BotDownError` with the end of its log.
    """
    from countersign.demo.bot.environment import bot_environment
    from countersign.demo.bot.process import CountersignBot

    environment = bot_environment(
        {**os.environ, **countersign_environment},
        workspace.environment(),
        model_url=countersign_model,
        data_dir=countersign_folder,
        config=countersign_config,
    )
    bot = CountersignBot(environment, folder=countersign_folder, log=countersign_folder / "bot.log")
    try:
        await bot.start()
        await workspace.connected(limit=CONNECTED_SECONDS)
        yield bot
        print(bot.tail(TAIL_LINES))
    finally:
        await bot.stop()
