"""The PostgreSQL under all sides: the embedded one, as durable as it is by default; and who uses the CPU."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from countersign.store.embedded import EmbeddedPostgres


@dataclass(frozen=True, kw_only=True)
class Server:
    url: str
    postmaster: int

    def cpu(self) -> float:
        """Seconds of processor time that the server and all its processes have used."""
        return tree_cpu(self.postmaster)


@contextmanager
def open_server() -> Iterator[Server]:
    """A server with empty tables, which goes with the block."""
    folder = Path(tempfile.mkdtemp(prefix="countersign-bench-"))
    folder.chmod(0o755)  # as root, PostgreSQL runs as somebody else
    try:
        with EmbeddedPostgres(folder) as url:
            yield Server(url=url, postmaster=_postmaster(url))
    finally:
        shutil.rmtree(folder)


def _postmaster(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        return psutil.Process(row[0]).ppid()


def tree_cpu(pid: int) -> float:
    """User and system time of a process, its children, and those of them that have ended."""
    process = psutil.Process(pid)
    own = process.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in process.children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return float(total)


def own_cpu(pids: Iterable[int]) -> float:
    """User and system time of these processes alone."""
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return float(sum(t.user + t.system for t in times))
