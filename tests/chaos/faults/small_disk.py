"""A disk small enough to be filled by a test, and a database whose tables are on it."""

import errno
import subprocess
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.chaos.faults.postgres_server import Server
from tests.support.postgres import databases

# A statement that fills the disk is rolled back, and leaves its pages full of dead rows.
_ROWS = (
    "countersign.threads (id) SELECT 'clog' || n",
    "countersign.inbox (key, thread_id, kind, user_id, text) SELECT 'clog' || n, '', '', '', ''",
    (
        "countersign.approvals (id, thread_id, interrupt_id, digest, status, votes, version, opened_at)"
        " SELECT gen_random_uuid(), n, n, '', 'pending', '[]', 1, now()"
    ),
    "countersign.ledger (approval_id, thread_id, version, event) SELECT gen_random_uuid(), n, 1, ''",
    "countersign.outbox (key, kind, team, channel) SELECT 'clog' || n, '', '', ''",
    "countersign.effects (key) SELECT 'clog' || n",
    "checkpoints (thread_id, checkpoint_id, checkpoint) SELECT n, n, '{}'",
    "checkpoint_writes (thread_id, checkpoint_id, task_id, idx, channel, blob) SELECT n, n, n, 1, '', ''",
    "checkpoint_blobs (thread_id, channel, version, type) SELECT n, '', '', ''",
    "procrastinate_jobs (queue_name, task_name) SELECT 'clog', 'clog'",
    "procrastinate_events (job_id, type) SELECT 1, 'deferred'",
)


@dataclass(frozen=True)
class SmallDisk:
    folder: Path

    def fill(self) -> None:
        """Leave not a byte."""
        with (self.folder / "reserve").open("wb", buffering=0) as reserve:
            for size in (65_536, 1):
                try:
                    while True:
                        reserve.write(b"\0" * size)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def make_room(self) -> None:
        (self.folder / "reserve").unlink()


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """Skips the test where no file system may be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="countersign-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, check=False, capture_output=True, text=True)
        if mounted.returncode != 0:
            pytest.skip(f"a disk that can be filled up cannot be mounted here: {mounted.stderr.strip()}")
        try:
            yield SmallDisk(folder)
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    finally:
        folder.rmdir()


def database_on(disk: SmallDisk, server: Server) -> str:
    """The URL of an empty database whose tables are on this disk; the server's log is not."""
    tables = disk.folder / "tables"
    tables.mkdir()
    server.give(tables)
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE TABLESPACE small LOCATION {}").format(sql.Literal(str(tables))))
        admin.execute("CREATE DATABASE small TABLESPACE small")
        admin.execute("ALTER SYSTEM SET autovacuum = off")  # it would find room
        admin.execute("SELECT pg_reload_conf()")
    return databases.with_database(server.url, "small")


def fill_up(disk: SmallDisk, url: str, *, but: Collection[str] = ()) -> None:
    """Fill the disk, and what room the bot's tables have left within themselves; not those in `but`."""
    with psycopg.connect(url, autocommit=True) as connection:
        # What is forgotten already could be written over later.
        connection.execute(f"VACUUM {', '.join(rows.split()[0] for rows in _ROWS)}".encode())
        disk.fill()
        for rows in (rows for rows in _ROWS if rows.split()[0] not in but):
            with pytest.raises(psycopg.errors.DiskFull):
                connection.execute(f"INSERT INTO {rows} FROM generate_series(1, 5000) n".encode())


def use_up_log(server: Server) -> None:
    """Write until the server's log needs a new file, which a full disk does not have: it panics."""
    for _ in server.until_it_is_gone():
        with suppress(psycopg.OperationalError), psycopg.connect(server.url, autocommit=True) as connection:
            while True:
                connection.execute("SELECT pg_logical_emit_message(true, 'chaos', 'more'), pg_switch_wal()")
