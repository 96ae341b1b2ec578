"""A bot that runs under a role which owns nothing: it does all its work, and cannot touch the ledger."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from countersign.commands.migrate import migrate_database
from countersign.settings import DatabaseSettings
from countersign.store.connections.database import DatabaseError, open_database
from countersign.store.schema.runtime_role import RoleError, grant_runtime_role
from tests.support.stage import open_stage

RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}


@pytest.fixture
def role(database_url: str) -> Iterator[str]:
    """A role that may log in and nothing else."""
    name = f"countersign_run_{uuid4().hex[:8]}"
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        yield name
        admin.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
        admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


@pytest.fixture
async def granted(database_url: str, role: str) -> str:
    """The database's URL for the role, after `countersign migrate --grant-to ROLE`."""
    await migrate_database(DatabaseSettings(_env_file=None, database_url=database_url), role)
    return make_conninfo(database_url, user=role)


def url_of(conninfo: str) -> str:
    """As a setting has it."""
    given = psycopg.conninfo.conninfo_to_dict(conninfo)
    return f"postgresql://{given['user']}@/{given['dbname']}?host={given['host']}"


async def test_serve_does_its_work_as_that_role(tmp_path: Path, granted: str, role: str) -> None:
    async with open_stage(tmp_path, url_of(granted)) as stage, stage.bot() as bot:
        card = await stage.card(RISKY)
        await card.approve(by=stage.ws.bob)
        await stage.resumed(card.thread)
        assert "countersign_database_up 1.0" in (await bot.get("/metrics"))[1]
        assert bot.events("repair_failed") == []
        assert stage.rows("SELECT current_user") == [(role,)]
        assert await bot.stop() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER ledger_is_append_only ON countersign.ledger",
        "ALTER TABLE countersign.ledger DISABLE TRIGGER ALL",
        "UPDATE countersign.ledger SET detail = NULL",
        "DELETE FROM countersign.ledger",
        "DROP TABLE countersign.ledger",
        "DELETE FROM countersign.ledger_chain",
        "DELETE FROM countersign.ledger_keys",
        "TRUNCATE countersign.ledger",
        "DROP TABLE countersign.approvals",
        "CREATE TABLE countersign.mine ()",
        "CREATE OR REPLACE FUNCTION countersign.refuse_change() RETURNS trigger LANGUAGE plpgsql AS ''",
        "UPDATE countersign_migrations SET checksum = ''",
        "SET session_replication_role = replica",
    ],
)
def test_it_can_neither_change_the_ledger_nor_a_table(granted: str, statement: str) -> None:
    with psycopg.connect(granted) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


async def test_tables_that_are_not_up_to_date_are_the_owners_to_change(
    database_url: str, granted: str, tmp_path: Path
) -> None:
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("DELETE FROM countersign_migrations WHERE name LIKE '0001%'")
    with pytest.raises(DatabaseError, match=r"may not change them\. Run `countersign migrate`"):
        async with open_database(granted, tmp_path):
            pass


async def test_tables_that_it_was_given_no_right_to_stop_the_start(
    database_url: str, granted: str, role: str, tmp_path: Path
) -> None:
    """As after an upgrade whose owner ran `countersign migrate` without --grant-to."""
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("REVOKE ALL ON countersign.ledger_keys FROM {}").format(sql.Identifier(role)))
    with pytest.raises(DatabaseError, match=rf"ledger_keys.*--grant-to {role}"):
        async with open_database(granted, tmp_path):
            pass


async def test_a_role_that_is_not_there_is_said(database_url: str) -> None:
    with pytest.raises(RoleError, match="There is no role nobody_here"):
        await grant_runtime_role(database_url, "nobody_here")
