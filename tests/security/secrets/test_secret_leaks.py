"""After a run that fails, no secret is in the log, the threads, the metrics, or the database."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from countersign.testing.cards import approval_card
from tests.logs.test_log_redaction import SECRETS
from tests.support.processes.bots import BotProcess
from tests.support.stage import DATABASE_PASSWORD, MODEL_KEY, Stage, open_stage

CRM_TOKEN = "a token of the graph without any form"

GRAPH = f"""
import os
from typing import TypedDict

from langgraph.graph import StateGraph
from langgraph.types import interrupt

SECRETS = {json.dumps(list(SECRETS.values()))}


class State(TypedDict):
    text: str


def fail(state):
    answer = interrupt({{"question": "Go on?", "text": state["text"]}})
    own = [os.environ[name] for name in ("CRM_TOKEN", "DATABASE_URL", "OPENAI_API_KEY")]
    told = " | ".join([*SECRETS, *own])
    print("answered", answer)
    raise RuntimeError(f"refused\\n2026-01-01T00:00:00Z [info] forged line {{told}}")


graph = StateGraph(State).add_node(fail).set_entry_point("fail")
"""

TABLES = ("threads", "inbox", "outbox", "approvals", "ledger", "effects")


@pytest.fixture
async def stage(tmp_path: Path, database_url: str) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, database_url) as opened:
        (tmp_path / "leaky.py").write_text(GRAPH)
        opened.config.write_text(
            json.dumps({"dependencies": ["."], "graphs": {"leaky": f"{tmp_path}/leaky.py:graph"}})
        )
        yield opened


def secrets_of(stage: Stage) -> list[str]:
    """Every secret that the bot knows or meets, by the part that nobody may read."""
    forms = ("hunter2", "abcdefghijkl", "AKIAIOSFODNN7", "MIIEpAIBAAKCAQEA", "dozjgNryP4J3", "dXNlcjpwYXNz")
    own = (stage.ws.bot_token, stage.ws.app_token, stage.ws.signing_secret)
    return [*own, DATABASE_PASSWORD, MODEL_KEY, CRM_TOKEN, *forms]


def leaked(stage: Stage, text: str) -> list[str]:
    return [secret for secret in secrets_of(stage) if secret in text]


async def test_no_secret_leaves_the_process_when_everything_fails(stage: Stage) -> None:
    async with stage.bot(CRM_TOKEN=CRM_TOKEN, DEFAULT_GRAPH="leaky", LOG_FORMAT="json") as bot:
        thread = await stage.ws.alice.mentions("go")
        card = await approval_card(thread)
        await card.approve(by=stage.ws.bob)
        await thread.wait_for("This run", limit=20)
        _, metrics = await bot.get("/metrics")
        titles = " ".join(
            part
            for process in psutil.Process(pid_of(bot)).children(recursive=True)
            for part in process.cmdline()
        ) + " ".join(psutil.Process(pid_of(bot)).cmdline())
        assert await bot.stop() == 0
        rows = " ".join(str(stage.rows(f"SELECT * FROM countersign.{table}")) for table in TABLES)
        jobs = str(stage.rows("SELECT task_name, args, lock, queueing_lock FROM procrastinate_jobs"))

    assert "RuntimeError" in bot.said, "the failure is in the log"
    for name, text in {
        "log": bot.said, "threads": said(stage), "metrics": metrics, "process titles": titles,
        "rows": rows, "job arguments": jobs,
    }.items():  # fmt: skip
        assert leaked(stage, text) == [], name
    assert not [line for line in bot.said.splitlines() if line.startswith("2026-01-01T00:00:00Z")]


def said(stage: Stage) -> str:
    """Everything that stands in the workspace, as it was sent."""
    return str(
        [
            message
            for channel in stage.ws.slack.state.channels.values()
            for message in channel.messages.values()
        ]
    )


def pid_of(bot: BotProcess) -> int:
    assert bot.process is not None
    return bot.process.pid
