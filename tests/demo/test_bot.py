"""Countersign as a child process: how the demo learns where it listens and why it refused."""

import json
import os
from pathlib import Path

import pytest

from countersign.demo.bot.process import CountersignBot
from slack_local.bot_process import BotRefusedError
from tests.demo.demo_process import environment


async def test_a_refused_start_gives_the_bots_own_sentence(tmp_path: Path) -> None:
    own = environment(tmp_path) | {"LANGGRAPH_CONFIG": "nowhere.json", "SLACK_BOT_TOKEN": ""}
    bot = CountersignBot(own, folder=tmp_path, log=tmp_path / "bot.log")
    with pytest.raises(BotRefusedError) as refused:
        await bot.start()
    assert refused.value.reason.startswith("SLACK_BOT_TOKEN is missing")
    assert json.loads((tmp_path / "status.json").read_text()) == {"refused": refused.value.reason}


async def test_the_status_of_an_earlier_start_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "status.json").write_text('{"address": "http://127.0.0.1:9", "refused": "yesterday"}')
    bot = CountersignBot(os.environ, folder=tmp_path, log=tmp_path / "bot.log")
    assert bot.address is None
    with pytest.raises(BotRefusedError) as refused:
        await bot.start()
    assert "yesterday" not in str(refused.value)
