"""A bot behind PgBouncer: in session mode it does its work, in transaction mode it does not start."""

import json
from pathlib import Path

from tests.support.postgres.pgbouncer import pgbouncer
from tests.support.stage import open_stage

RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}


async def test_in_session_mode_it_does_its_work(tmp_path: Path, database_url: str) -> None:
    async with (
        pgbouncer(database_url, tmp_path, "session") as url,
        open_stage(tmp_path, url) as stage,
        stage.bot() as bot,
    ):
        card = await stage.card(RISKY)
        await card.approve(by=stage.ws.bob)
        await stage.resumed(card.thread)
        assert bot.events("repair_failed") == []
        assert await bot.stop() == 0


async def test_in_transaction_mode_it_does_not_start_and_says_why(tmp_path: Path, database_url: str) -> None:
    """Locks would be lost: two processes could run one thread."""
    async with (
        pgbouncer(database_url, tmp_path, "transaction") as url,
        open_stage(tmp_path, url) as stage,
        stage.bot(wait=False) as bot,
    ):
        assert await bot.ends(40) == 1
        assert bot.said.startswith("countersign: DATABASE_URL leads to a pooler")
        assert "pooler in transaction mode" in bot.said
        assert "pool_mode = session" in bot.said


async def test_doctor_says_the_same(tmp_path: Path, database_url: str) -> None:
    async with (
        pgbouncer(database_url, tmp_path, "transaction") as url,
        open_stage(tmp_path, url) as stage,
        stage.bot("doctor", "--json", name="doctor", wait=False) as doctor,
    ):
        assert await doctor.ends(60) == 1
    found = [each for each in json.loads(doctor.said)["checks"] if each["check"] == "database"]
    assert [each["status"] for each in found] == ["fail"]
    assert "pooler in transaction mode" in found[0]["seen"]
