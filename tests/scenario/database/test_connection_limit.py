"""A database at its connection limit: what says so, and that nothing is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from countersign.testing.cards import approval_card
from tests.scenario.database.test_runtime_role import granted, role, url_of
from tests.support.stage import open_stage

__all__ = ["granted", "role"]
pytestmark = pytest.mark.timeout(240)
RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}


@contextmanager
def connections_limited(database_url: str, role: str, limit: int) -> Iterator[psycopg.Connection]:
    """The role may have so many connections while the block lasts; those that it has stay."""
    statement = sql.SQL("ALTER ROLE {} CONNECTION LIMIT {}")
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(statement.format(sql.Identifier(role), sql.Literal(limit)))
        try:
            yield admin
        finally:
            admin.execute(statement.format(sql.Identifier(role), sql.Literal(-1)))


@pytest.mark.parametrize("limit", [0, 3])
async def test_a_start_without_connections_says_so_and_ends(
    tmp_path: Path, database_url: str, granted: str, role: str, limit: int
) -> None:
    """At 0 not even the tables can be looked at, at 3 not every pool gets what it begins with."""
    with connections_limited(database_url, role, limit):
        async with open_stage(tmp_path, url_of(granted)) as stage, stage.bot(wait=False) as bot:
            assert await bot.ends(60) == 1
            assert "Traceback" not in bot.said
            assert "too many connections for role" in bot.said.splitlines()[-1]


async def test_a_bot_that_gets_no_more_connections_does_its_work_with_those_it_has(
    tmp_path: Path, database_url: str, granted: str, role: str
) -> None:
    async with open_stage(tmp_path, url_of(granted)) as stage, stage.bot() as bot:
        with connections_limited(database_url, role, 1):
            cards = [await stage.card(RISKY) for _ in range(6)]
            for card in cards:
                await card.approve(by=stage.ws.bob)
            for card in cards:
                assert await stage.resumed(card.thread) == {"type": "approve"}
            assert await bot.stop() == 0
        assert stage.rows("SELECT count(*) FROM countersign.threads WHERE halted IS NOT NULL") == [(0,)]


async def test_without_any_connection_it_is_not_ready_and_loses_nothing(
    tmp_path: Path, database_url: str, granted: str, role: str
) -> None:
    schedule = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0)
    async with open_stage(tmp_path, url_of(granted), retry_schedule=schedule) as stage, stage.bot() as bot:
        card = await stage.card(RISKY)
        with connections_limited(database_url, role, 0) as admin:
            throw_out(admin, role)
            assert "database" in await bot.answers("/readyz", 503, 45)
            thread = await stage.asks({"ask": RISKY})
        await bot.answers("/readyz", 200, 60)
        await (await approval_card(thread, limit=60)).approve(by=stage.ws.bob)
        assert await stage.resumed(thread) == {"type": "approve"}
        await card.approve(by=stage.ws.bob)
        assert await stage.resumed(card.thread) == {"type": "approve"}
        with connections_limited(database_url, role, 0) as admin:
            throw_out(admin, role)
            assert bot.process is not None
            bot.process.terminate()
            assert await bot.ends(60) == 0


def throw_out(admin: psycopg.Connection, role: str) -> None:
    admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (role,))
