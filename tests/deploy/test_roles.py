"""The roles of the Compose file: a bot does all its work as one that owns nothing and is no superuser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.deploy.compose_volume import SECRETS, SERVICES, Volume, open_volume
from tests.support.processes.bots import bot_process
from tests.support.proxies import no_proxies
from tests.support.stage import open_stage

__all__ = ["no_proxies"]
pytestmark = pytest.mark.timeout(180)
RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "the disk of the payroll"}}
FORBIDDEN_TO_BOTH = (
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER ROLE postgres PASSWORD 'mine'",
    "ALTER SYSTEM SET fsync = off",
    "COPY (SELECT 1) TO PROGRAM 'cat'",
    "SELECT pg_read_file('/etc/passwd')",
    "SET session_replication_role = replica",
)
FORBIDDEN_TO_THE_BOT = (
    "SET ROLE countersign_owner",
    "ALTER ROLE countersign_owner PASSWORD 'mine'",
    "UPDATE countersign.ledger SET detail = NULL",
    "DELETE FROM countersign.ledger",
    "TRUNCATE countersign.ledger",
    "DROP TABLE countersign.ledger",
    "ALTER TABLE countersign.ledger DISABLE TRIGGER ALL",
    "DELETE FROM countersign.ledger_chain",
    "CREATE SCHEMA mine",
    "CREATE TABLE public.mine ()",
    "CREATE TEMPORARY TABLE mine ()",
    "DROP DATABASE countersign",
)


@pytest.fixture(scope="module")
def volume(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Volume]:
    with open_volume(tmp_path_factory.mktemp("secrets")) as made:
        done = made.run_script()
        assert done.returncode == 0, done.stderr
        for _ in range(2):  # again with each upgrade
            made.migrate()
        yield made


async def test_fronts_and_workers_do_their_work_as_the_role_that_owns_nothing(
    tmp_path: Path, volume: Volume
) -> None:
    async with open_stage(tmp_path, volume.admin) as stage:
        front, worker = (
            bot_process(
                *SERVICES[name]["command"],
                environment=stage.environment(**volume.environment(name)),
                folder=tmp_path,
                name=name,
            )
            for name in ("front", "worker")
        )
        async with front as listening, worker as working:
            card = await stage.card(RISKY)
            users = stage.rows(
                "SELECT DISTINCT usename FROM pg_stat_activity"
                " WHERE datname = 'countersign' AND pid <> pg_backend_pid()"
            )
            assert users == [("countersign_run",)]
            await card.approve(by=stage.ws.bob)
            assert await stage.resumed(card.thread) == {"type": "approve"}
            assert [event for event, _ in stage.ledger(card.thread)] == ["opened", "decided", "resumed"]
            for bot in (listening, working):
                assert bot.events("repair_failed") == []
                assert not any(secret in bot.said for secret in SECRETS.values())
                assert await bot.stop() == 0
        assert (
            stage.rows("SELECT 1 FROM countersign.approvals a WHERE position('payroll' in a::text) > 0") == []
        )
        done = volume.command("people", "erase", stage.ws.carol.id)
        assert done.returncode == 0, done.stderr
        assert stage.rows("SELECT count(*) FROM countersign.threads") == [(0,)]


def test_neither_role_has_a_right_over_the_server(volume: Volume) -> None:
    with psycopg.connect(volume.admin) as admin:
        found = admin.execute(
            "SELECT rolname, rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls,"
            " (SELECT count(*) FROM pg_auth_members m WHERE m.member = r.oid)"
            " FROM pg_roles r WHERE rolname LIKE 'countersign%' ORDER BY rolname"
        ).fetchall()
    assert found == [("countersign_owner", False, 0), ("countersign_run", False, 0)]


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        *(("run", statement) for statement in FORBIDDEN_TO_THE_BOT + FORBIDDEN_TO_BOTH),
        *(("owner", statement) for statement in FORBIDDEN_TO_BOTH),
    ],
)
def test_what_a_role_may_not_do(volume: Volume, role: str, statement: str) -> None:
    with volume.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


def test_nobody_else_gets_into_the_database_or_in_without_its_password(volume: Volume) -> None:
    with psycopg.connect(volume.admin, autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS stranger")
        admin.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'")
    where: dict[str, Any] = {"host": "127.0.0.1", "port": volume.port, "dbname": "countersign"}
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(user="stranger", password="x", **where)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(user="countersign_run", password=SECRETS["postgres_owner_password"], **where)


def test_run_again_it_sets_the_passwords_anew_and_changes_nothing_else(volume: Volume) -> None:
    file = volume.folder / "postgres_run_password"
    try:
        file.write_text("another")
        assert volume.run_script().returncode == 0
        with psycopg.connect(
            host="127.0.0.1",
            port=volume.port,
            dbname="countersign",
            user="countersign_run",
            password="another",
        ) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("countersign_run",)
    finally:
        file.write_text(SECRETS["postgres_run_password"])
        assert volume.run_script().returncode == 0


@pytest.mark.parametrize("content", ["", None])
def test_without_a_password_it_fails_and_says_which_file(volume: Volume, content: str | None) -> None:
    file = volume.folder / "postgres_run_password"
    try:
        file.unlink() if content is None else file.write_text(content)
        done = volume.run_script()
        assert done.returncode == 1
        assert done.stderr == f"roles.sh: {file} is missing or empty\n"
    finally:
        file.write_text(SECRETS["postgres_run_password"])
