"""Projects of every kind, written for one test, each hosted by a bot process of its own."""

import json
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any, TypeAlias

import pytest

from countersign.testing.cards import ApprovalCard
from slack_local.block_kit.text import full_text
from slack_local.people.threads import Thread
from tests.support.processes.bots import BotProcess
from tests.support.stage import Stage, open_stage


@dataclass(frozen=True, kw_only=True)
class Hosted:
    stage: Stage
    bot: BotProcess

    async def says(self, text: str, *, by: str = "carol") -> Thread:
        """Mention the bot in a new thread."""
        return await self.stage.ws.people[by].mentions(text)

    async def result(self, thread: Thread, part: str = "") -> str:
        """The text of the result message, which has this part in it."""
        message = await thread.wait_for(
            lambda message: "*Result*" in full_text(message) and part in full_text(message), limit=20
        )
        return full_text(message)


async def card_saying(thread: Thread, words: str) -> ApprovalCard:
    """The open card that has these words; a start form's message has a button, too."""
    return await thread.card(saying=words, limit=20, kind=ApprovalCard)


Host: TypeAlias = Callable[..., AbstractAsyncContextManager[Hosted]]


def write_project(folder: Path, files: dict[str, str], config: dict[str, Any]) -> Path:
    """Write the files and a langgraph.json; give its path."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text))
    path = folder / "langgraph.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"dependencies": ["."], **config}))
    return path


@pytest.fixture
def host(tmp_path: Path, database_url: str) -> Host:
    @asynccontextmanager
    async def hosted(
        files: dict[str, str], *, env: dict[str, str] | None = None, **config: Any
    ) -> AsyncIterator[Hosted]:
        path = write_project(tmp_path / "project", files, config)
        folder = Path(tempfile.mkdtemp(prefix="stage", dir=tmp_path))
        async with open_stage(folder, database_url) as stage:
            given: dict[str, Any] = {"LANGGRAPH_CONFIG": str(path), "DEFAULT_GRAPH": "", **(env or {})}
            async with stage.bot("serve", **given) as bot:
                await stage.ws.connected()
                yield Hosted(stage=stage, bot=bot)

    return hosted
