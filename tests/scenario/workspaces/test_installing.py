"""What `countersign manifest` prints is enough for the bot, and `countersign doctor` finds the bot well."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio

from countersign.slack.app_manifest.manifest import as_yaml, build_manifest
from countersign.testing.cards import approval_card
from slack_local.manifest import read_manifest
from tests.support.processes.bots import ROOT
from tests.support.stage import Stage, open_stage

Mode = Literal["socket", "http"]

every_app = pytest.mark.parametrize(
    ("mode", "agent"), [("socket", True), ("http", False)], ids=["socket, agent", "http, no agent"]
)


@pytest_asyncio.fixture(loop_scope="session")
async def stage(mode: Mode, agent: bool, tmp_path: Path, database_url: str) -> AsyncIterator[Stage]:
    """A workspace whose app was made from the manifest: it has those scopes and events, and no others."""
    manifest = tmp_path / "manifest.yml"
    url = "https://bot.example.com/slack/events" if mode == "http" else None
    manifest.write_text(as_yaml(build_manifest(url=url, agent=agent)))
    app = read_manifest(manifest).app
    async with open_stage(tmp_path / "stage", database_url, mode=mode, app=app) as opened:
        yield opened


@every_app
async def test_the_printed_manifest_is_enough_for_everything_that_people_do(
    stage: Stage, mode: Mode, agent: bool
) -> None:
    ws = stage.ws
    async with stage.bot():
        thread = await ws.carol.mentions("post 'Deploy at noon' to #ops")
        card = await approval_card(thread)
        await card.approve(by=ws.bob)
        await thread.wait_for("The message is in #ops.")

        replied = await ws.carol.mentions("remind #ops tomorrow 9:00 to rotate the keys")
        await approval_card(replied)
        await ws.bob.replies(replied, "approve")
        await replied.wait_for("The reminder for #ops is set")

        direct = await ws.alice.dms("list channels")
        await direct.wait_for("#general")
        shown = await ws.alice.runs("/approvals")
        assert shown.error is None
        await ws.alice.opens_home()
        await ws.alice.home_shows(lambda _view: True)
    refused = [call for call in ws.log.calls() if call.answer.get("error") == "missing_scope"]
    assert refused == []


@every_app
async def test_the_doctor_finds_a_running_bot_well(stage: Stage, mode: Mode, agent: bool) -> None:
    async with stage.bot() as bot:
        url = ["--url", bot.address] if mode == "http" else []
        code, text = await doctor(stage, *url)
    assert code == 0, text
    checks = {each["check"]: each for each in json.loads(text)["checks"]}
    assert [name for name, each in checks.items() if each["status"] == "fail"] == []
    assert checks["tokens"]["seen"].startswith("The bot is @countersign in ")
    if mode == "http":
        assert checks["http"]["status"] == "ok"
    else:
        assert checks["socket"]["seen"].endswith("2 other connections are open.")
    assert stage.leaked(text) == []


async def doctor(stage: Stage, *arguments: str) -> tuple[int, str]:
    """`python -m bot doctor --json`, as another process beside the bot."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "doctor", "--json", *arguments),
        cwd=stage.folder,
        env=stage.environment(PYTHONPATH=str(ROOT)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, told = await process.communicate()
    assert stage.leaked(told.decode()) == []
    return process.returncode or 0, out.decode()
