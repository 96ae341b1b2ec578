"""A volume of the first Compose file, in which one superuser was everything, gets the roles of today's."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests.deploy.compose_volume import DEPLOY, SERVICES, open_volume
from tests.support.processes.bots import bot_process
from tests.support.proxies import no_proxies
from tests.support.stage import open_stage

__all__ = ["no_proxies"]
pytestmark = pytest.mark.timeout(180)
COMMAND = """exec -u postgres -e POSTGRES_USER=countersign postgres /docker-entrypoint-initdb.d/roles.sh"""
NOT_THE_OWNERS = """
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE left(nspname, 3) <> 'pg_' AND nspname <> 'information_schema' AND relowner = 10
    UNION ALL SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
    WHERE left(nspname, 3) <> 'pg_' AND nspname <> 'information_schema' AND proowner = 10
    UNION ALL SELECT t.oid::regtype::text FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
    WHERE left(nspname, 3) <> 'pg_' AND nspname <> 'information_schema' AND typowner = 10
"""


async def test_a_card_of_the_old_volume_is_decided_under_the_roles(tmp_path: Path) -> None:
    with ExitStack() as opened:
        secrets = tmp_path / "secrets"
        secrets.mkdir()
        volume = await asyncio.to_thread(opened.enter_context, open_volume(secrets, "countersign"))
        async with open_stage(tmp_path, volume.admin) as stage:
            plain = stage.environment(DATABASE_URL=volume.admin)
            async with bot_process("serve", environment=plain, folder=tmp_path, name="old") as old:
                card = await stage.card({"type": "tool_approval", "name": "wipe", "args": {}})
                assert await old.stop() == 0

            # That superuser's own schema is the bot's, in which libraries then make their tables.
            assert stage.rows("SELECT to_regclass('public.checkpoints')") == [(None,)]
            assert volume.command(*SERVICES["migrate"]["command"]).returncode != 0, "there are no roles yet"
            done = volume.run_script()
            assert done.returncode == 0, done.stderr
            assert stage.rows(NOT_THE_OWNERS) == []
            volume.migrate()
            assert stage.rows("SELECT to_regclass('countersign.checkpoints')") == [(None,)]

            new = stage.environment(**volume.environment("worker"))
            async with bot_process("serve", environment=new, folder=tmp_path, name="new") as bot:
                users = stage.rows(
                    "SELECT DISTINCT usename FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                )
                assert ("countersign_run",) in users
                assert ("countersign_owner",) not in users
                await card.approve(by=stage.ws.bob)
                assert await stage.resumed(card.thread) == {"type": "approve"}
                assert bot.events("repair_failed") == []
                assert await bot.stop() == 0
            with volume.connect("run") as run, pytest.raises(psycopg.errors.InsufficientPrivilege):
                run.execute("DELETE FROM countersign.ledger")
            rotated = volume.command("encryption", "rotate")
            assert rotated.returncode == 0, rotated.stderr
            verified = volume.command("audit", "verify")
            assert verified.returncode == 0, verified.stdout + verified.stderr


def test_the_command_is_where_somebody_looks_for_it() -> None:
    for file in (DEPLOY / "postgres/roles.sh", DEPLOY.parent / "docs/operating/deploying.md"):
        words = file.read_text().replace("#", " ").replace("\\\n", " ").split()
        assert COMMAND in " ".join(words), file
