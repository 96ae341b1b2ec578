"""Fixtures for other people's tests: `pytest_plugins = ["countersign.testing.pytest_plugin"]`.

```python
async def test_refund(workspace, countersign):
    thread = await workspace.alice.mentions("refund 12")
    card = await thread.card()
    await card.approve(by=workspace.bob)
    await thread.wait_for("Paid.")
```

`workspace` alone is a Slack on this machine, for whatever bot you start with `workspace.environment()`.
`countersign` is Countersign at work in it, with the graphs of your langgraph.json. Override in your conftest
what is not as you want it: `countersign_config`, `countersign_environment`, `countersign_model`.

Needs pytest-asyncio. Retries of events come after 0, 0.1 and 0.2 seconds rather than Slack's 0, 60 and 300.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from countersign.demo.bot.environment import bot_environment
from countersign.demo.bot.process import CountersignBot
from countersign.demo.model import ScriptedModel
from slack_local.workspace import LocalWorkspace

CONNECTED_SECONDS = 20.0
TAIL_LINES = 100


@pytest_asyncio.fixture
async def workspace() -> AsyncIterator[LocalWorkspace]:
    """A workspace of its own for each test, reached over Socket Mode."""
    async with LocalWorkspace(retry_schedule=(0.0, 0.1, 0.2)) as running:
        yield running


@pytest.fixture
def countersign_config(request: pytest.FixtureRequest) -> Path:
    """The langgraph.json whose graphs the bot hosts; by default that of pytest's root folder."""
    return request.config.rootpath / "langgraph.json"


@pytest.fixture
def countersign_environment() -> Mapping[str, str]:
    """More settings for the bot, and for your graphs. DEMO_DATABASE_URL names a PostgreSQL of yours."""
    return {}


@pytest_asyncio.fixture
async def countersign_model() -> AsyncIterator[str | None]:
    """The address of an OpenAI-compatible server for your graphs: by default the scripted model's.

    None leaves OPENAI_BASE_URL, OPENAI_API_KEY and MODEL as the environment has them.
    """
    async with ScriptedModel() as model:
        yield model.base_url


@pytest.fixture
def countersign_folder() -> Iterator[Path]:
    """An empty folder for the bot's database and log, gone after the test."""
    # Not pytest's own: as root that is closed to the user who then runs PostgreSQL.
    folder = Path(tempfile.mkdtemp(prefix="countersign-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture
async def countersign(
    workspace: LocalWorkspace,
    countersign_config: Path,
    countersign_environment: Mapping[str, str],
    countersign_model: str | None,
    countersign_folder: Path,
) -> AsyncIterator[CountersignBot]:
    """Countersign, connected to the workspace, with a database that nobody used before.

    It can be stopped, killed and started again: `await countersign.kill()`, `await countersign.start()`.
    What it logged is printed after the test, so that pytest shows it with a failure. A bot that cannot start
    raises `BotDownError` with the end of its log.
    """
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
