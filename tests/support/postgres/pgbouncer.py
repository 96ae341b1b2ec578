"""A real PgBouncer before the tests' PostgreSQL, where the system has one."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.support.processes.bots import until

_CONFIG = """
[databases]
* = host={host} port={port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
max_client_conn = 200
default_pool_size = 60
"""


@asynccontextmanager
async def pgbouncer(
    database_url: str, folder: Path, mode: Literal["session", "transaction"], *, tls: str = ""
) -> AsyncIterator[str]:
    """The database's URL through PgBouncer, with more lines for TLS. Skips the test where there is none."""
    program = shutil.which("pgbouncer")
    if program is None:
        pytest.skip("pgbouncer is not installed")
    given = conninfo_to_dict(database_url)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "pgbouncer.ini"
    config.write_text(_CONFIG.format(host=given["host"], port=given["port"], listen=port, mode=mode) + tls)
    config.chmod(0o644)
    for parent in (folder, *folder.parents[:3]):  # as root it runs as somebody else, who has to read it
        parent.chmod(parent.stat().st_mode | 0o055)
    user = ("-u", "nobody") if os.geteuid() == 0 else ()
    log = (folder / "pgbouncer.log").open("wb")
    running = await asyncio.create_subprocess_exec(program, *user, str(config), stdout=log, stderr=log)
    url = f"postgresql://postgres@127.0.0.1:{port}/{given['dbname']}"
    try:

        def answers() -> bool:
            assert running.returncode is None, (folder / "pgbouncer.log").read_text()
            try:
                psycopg.connect(url, connect_timeout=2).close()
            except psycopg.OperationalError:
                return False
            return True

        await until(answers, lambda: f"PgBouncer:\n{(folder / 'pgbouncer.log').read_text()}")
        yield url
    finally:
        running.terminate()
        await running.wait()
        log.close()
