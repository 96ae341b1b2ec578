"""Machines whose clocks are ten minutes off: deadlines go by the database's clock, and nothing is late."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from countersign.testing.cards import approval_card
from tests.support.processes.bots import BotProcess
from tests.support.stage import open_stage

pytestmark = pytest.mark.timeout(240)
SHIM = Path(__file__).parents[2] / "support/processes/shifted_clock.c"
RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}
POLICY = """
[[rule]]
name = "soon"
expire_after = "5m"
valid_for = "2m"
"""


@pytest.fixture
def shim(tmp_path: Path) -> str:
    """A library that shifts a process's clock by SHIFTED_BY seconds."""
    if shutil.which("cc") is None:
        pytest.skip("NOT TESTED: there is no C compiler, which shifting a process's clock needs")
    library = str(tmp_path / "shifted_clock.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, str(SHIM)], check=True)
    return library


@pytest.fixture
def policy(tmp_path: Path) -> str:
    file = tmp_path / "approvals.toml"
    file.write_text(POLICY)
    return str(file)


def ahead(bot: BotProcess) -> list[int]:
    return [round(entry["ahead_s"]) for entry in bot.events("clock_differs")]


async def test_a_front_ten_minutes_ahead_and_a_worker_ten_minutes_behind(
    tmp_path: Path, database_url: str, shim: str, policy: str
) -> None:
    async with (
        open_stage(tmp_path / "stage", database_url) as stage,
        stage.bot(
            "serve", "--no-worker", name="front", SHIFTED_BY="600", LD_PRELOAD=shim, POLICY_FILE=policy
        ) as front,
    ):
        async with stage.bot(
            "worker", name="behind", SHIFTED_BY="-600", LD_PRELOAD=shim, POLICY_FILE=policy
        ) as behind:
            card = await stage.card(RISKY)
            await card.approve(by=stage.ws.bob)
            assert await stage.resumed(card.thread) == {"type": "approve"}
            events = [event for event, _ in stage.ledger(card.thread)]
            assert events == ["opened", "decided", "resumed"]
            assert ahead(front)[0] == 600
            assert ahead(behind)[0] == -600
            assert re.search(
                r"(?m)^countersign_clock_ahead_seconds (599|600)", (await front.get("/metrics"))[1]
            )
            assert await behind.stop() == 0
        async with stage.bot(
            "worker",
            name="ahead",
            SHIFTED_BY="600",
            SHUTDOWN_GRACE="0.2",
            LD_PRELOAD=shim,
            POLICY_FILE=policy,
        ) as leaving:
            stuck = await stage.asks({"wait_for": "the_next", "ask": RISKY})
            await stage.reached("the_next")
            assert await leaving.stop() == 0  # scaled down in the middle of a run
        stage.release("the_next")
        async with stage.bot("worker", name="right", LD_PRELOAD=shim, POLICY_FILE=policy):
            second = await approval_card(stuck, limit=20)
            await second.approve(by=stage.ws.bob)
            assert await stage.resumed(stuck) == {"type": "approve"}
            assert len(stage.noted(stuck)) == 1


async def test_over_http_a_front_ten_minutes_off_refuses_slack_and_says_why(
    tmp_path: Path, database_url: str, shim: str
) -> None:
    async with open_stage(tmp_path / "stage", database_url, mode="http") as stage:
        async with stage.bot(name="off", wait=False, SHIFTED_BY="600", LD_PRELOAD=shim) as front:
            await front.ready()
            stage.ws.request_url = f"{front.address}/slack/events"
            assert not await stage.ws.verify_request_url()
            assert ahead(front)[0] == 600
            page = (await front.get("/metrics"))[1]
            assert "countersign_rejected_requests_total{" in page
            assert await front.stop() == 0
        async with stage.bot(name="right"):
            card = await stage.card(RISKY)
            await card.approve(by=stage.ws.bob)
            assert await stage.resumed(card.thread) == {"type": "approve"}
