"""A PostgreSQL of a test's own, that can go and come back with its data and its address kept."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import psutil
from psycopg import pq

from countersign.store.embedded import EmbeddedPostgres
from tests.support.processes.bots import until


class Server:
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="countersign-tests-"))
        self.folder.chmod(0o755)  # as root, PostgreSQL runs as somebody else
        self._use = EmbeddedPostgres(self.folder, durable=False)
        self._again: subprocess.Popen[bytes] | None = None
        self.url = self._use.start()

    def postmaster(self) -> psutil.Process:
        return psutil.Process(int((self.cluster / "postmaster.pid").read_text().split()[0]))

    @property
    def cluster(self) -> Path:
        (found,) = self.folder.glob("postgres/cluster-*")
        return found

    def give(self, folder: Path) -> None:
        """Make this folder, and what is in it, the server's own."""
        owner = self.cluster.stat()
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)
        folder.chmod(0o700)

    async def over_tcp(self) -> None:
        """Listen on a TCP port from now on, as a remote server would; its supervisor ends."""
        async with self.stopped() as start:
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            start.command += ["-c", "listen_addresses=127.0.0.1", "-c", f"port={port}"]
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        await until(lambda: pq.PGconn.ping(self.url.encode()) == pq.Ping.OK, lambda: "the server to listen")

    def log_on(self, disk: Path) -> None:
        """Keep the write-ahead log on this disk from now on."""
        self._use.stop()
        log, there = self.cluster / "pg_wal", disk / "pg_wal"
        shutil.copytree(log, there)
        self.give(there)
        shutil.rmtree(log)
        log.symlink_to(there)
        self.url = self._use.start()

    @asynccontextmanager
    async def killed(self) -> AsyncIterator[None]:
        """SIGKILL; its supervisor starts it again, and the block may find it there already."""
        process = self.postmaster()
        process.kill()
        await until(lambda: _is_gone(process), lambda: "the server to die")
        yield

    @asynccontextmanager
    async def stopped(self) -> AsyncIterator["Start"]:
        """Stopped for the block in an orderly way, which its supervisor does not undo, and started by us."""
        process = self.postmaster()
        start = Start(process)
        process.send_signal(signal.SIGINT)
        await until(lambda: not start.sockets.exists(), lambda: "the server and its supervisor to end")
        yield start
        self._again = start.again()

    @asynccontextmanager
    async def without_supervisor(self) -> AsyncIterator[None]:
        """A block in which it ends by itself, and nobody starts it again but we, afterwards."""
        process = self.postmaster()
        start = Start(process)
        supervisor = process.parent()
        assert supervisor is not None
        supervisor.kill()
        yield
        await until(lambda: _is_gone(process), lambda: "the server to end")
        self._again = start.again()

    def until_it_is_gone(self) -> Iterator[None]:
        """One turn after the other, for as long as the server runs that runs now."""
        process = self.postmaster()
        while not _is_gone(process):
            yield

    def end(self) -> None:
        if self._again is not None:
            self._again.send_signal(signal.SIGQUIT)
            self._again.wait(10)
        self._use.stop()
        shutil.rmtree(self.folder)


def _is_gone(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    return True


class Start:
    """How a server was started, to do it again at the same address."""

    def __init__(self, process: psutil.Process) -> None:
        self.command = process.cmdline()
        self._uid, self._gid = process.uids().real, process.gids().real
        (self.sockets,) = (
            Path(word.partition("=")[2]) for word in self.command if "socket_directories=" in word
        )

    def again(self) -> "subprocess.Popen[bytes]":
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        shutil.chown(self.sockets, self._uid, self._gid)
        as_root = os.geteuid() == 0
        return subprocess.Popen(
            self.command, cwd="/", stdin=subprocess.DEVNULL, start_new_session=True,
            user=self._uid if as_root else None, group=self._gid if as_root else None,
            extra_groups=[] if as_root else None,
        )  # fmt: skip


@contextmanager
def open_server() -> Iterator[Server]:
    server = Server()
    try:
        yield server
    finally:
        server.end()
