"""Start, share and stop the PostgreSQL server that comes with the bot."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from psycopg import pq

from countersign.store.embedded import keeper
from countersign.store.embedded.cluster import (
    clear_leftovers,
    environment,
    failure,
    make_socket_folder,
    postmaster_pid,
    ready_cluster,
)
from countersign.store.embedded.errors import EmbeddedPostgresError
from countersign.store.embedded.locks import FileLock, alone
from countersign.store.embedded.place import REACHABLE, Place, find_place

# Recovery after a power cut reads the log since the last checkpoint, which can take a while on a slow disk.
START_SECONDS = 120.0
STOP_SECONDS = 30.0
LOG_BYTES = 5_000_000

# No port of the machine: part of the socket's name.
PORT = 5432
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    # A bot's data fit; nothing is touched before it is used.
    "shared_buffers": "64MB",
    # Processes that PostgreSQL keeps for reading ahead and for replication are of no use here.
    "io_method": "sync",
    "max_logical_replication_workers": "0",
    # What clients do wrong is theirs to log, and a log that nobody rotates must stay small.
    "log_min_messages": "log",
    "log_checkpoints": "off",
}
# synchronous_commit stays on: without it a killed server, not only a power cut, forgets what it promised.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One use of the server that belongs to a data folder.

    Any number of processes, and of uses within one, share the server: the first starts it, the last stops it.
    A use that ends with its process (`kill -9`) counts as ended; if it was the last, the server is stopped
    `linger` seconds later. While it is used, a server that was killed is started again at the same address.
    `durable=False` trades safety against power cuts for speed, for tests. It and `linger` are decided by the
    use that starts the server.
    """

    def __init__(
        self, data_dir: Path, *, durable: bool = True, linger: float = 5.0, reachable: Path = REACHABLE
    ) -> None:
        self._data_dir = data_dir
        self._durable = durable
        self._linger = linger
        self._reachable = reachable
        self._place: Place | None = None
        self._use: FileLock | None = None

    def start(self) -> str:
        """The server's URL, once it takes queries.

        Raises EmbeddedPostgresError, with what to do about it, if there is no way to get there.
        """
        assert self._use is None, "it is in use already"
        place = find_place(self._data_dir, reachable=self._reachable)
        try:
            with alone(place.start_lock, seconds=START_SECONDS):
                url = self._running(place)
                use = FileLock(place.users_lock)
                taken = use.try_shared()
                assert taken, "users.lock is held alone only under start.lock"
        except OSError as error:
            raise failure(place, "start", str(error)) from error
        self._place, self._use = place, use
        return url

    def stop(self) -> None:
        """End this use; if it was the last one, return when the server has written its data and is gone."""
        if self._place is None or self._use is None:
            return
        place, use = self._place, self._use
        self._place = self._use = None
        # The folder may have been deleted under the server, which ends by itself then.
        with suppress(FileNotFoundError), alone(place.start_lock, seconds=START_SECONDS):
            use.release()
            others = FileLock(place.users_lock)
            if others.try_exclusive():
                try:
                    _stop_server(place)
                finally:
                    others.release()
        use.release()

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _running(self, place: Place) -> str:
        deadline = time.monotonic() + START_SECONDS
        log_start: int | None = None
        server = FileLock(place.server_lock)
        while time.monotonic() < deadline:
            if server.try_exclusive():
                # No process of a server is left, neither one that runs nor one that is about to end.
                try:
                    if log_start is not None:
                        said = place.log.read_bytes()[log_start:].decode(errors="replace")
                        raise failure(place, "start", said)
                    log_start = _log_size(place)
                    self._launch(place, server)
                finally:
                    server.release()
            url = _url(place)
            if url and pq.PGconn.ping(f"{url}&connect_timeout=5".encode()) == pq.Ping.OK:
                return url
            time.sleep(0.01)
        raise EmbeddedPostgresError(
            f"PostgreSQL did not answer within {START_SECONDS:.0f} s. Its log is {place.log}."
        )

    def _launch(self, place: Place, server: FileLock) -> None:
        cluster = ready_cluster(place, durable=self._durable)
        clear_leftovers(place, cluster)
        socket_folder = make_socket_folder(place)
        settings = SETTINGS | {"unix_socket_directories": str(socket_folder)}
        if not self._durable:
            settings |= NOT_DURABLE
        command = [str(place.programs / "bin" / "postgres"), "-D", str(cluster)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        order = keeper.Order(
            command=command,
            uid=place.account.uid if place.account else None,
            gid=place.account.gid if place.account else None,
            server_lock_fd=server.fileno(),
            start_lock=str(place.start_lock),
            users_lock=str(place.users_lock),
            pid_file=str(cluster / "postmaster.pid"),
            socket_folder=str(socket_folder),
            linger=self._linger,
        )
        with place.log.open("ab") as log:
            subprocess.run(  # noqa: S603 - our own script, with paths that we made
                [sys.executable, "-I", "-S", keeper.__file__, json.dumps(order)],
                check=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                pass_fds=(server.fileno(),), start_new_session=True, env=environment(),
            )  # fmt: skip


def _log_size(place: Place) -> int:
    if not place.log.exists():
        place.log.touch(mode=0o600)
        place.give(place.log)
    if place.log.stat().st_size > LOG_BYTES:
        os.truncate(place.log, 0)
    return place.log.stat().st_size


def _url(place: Place) -> str | None:
    cluster = place.cluster
    if cluster is None:
        return None
    with suppress(OSError, IndexError):
        # Half-written while the server starts, so read until it makes sense.
        socket_folder = (cluster / "postmaster.pid").read_text().splitlines()[4]
        if socket_folder:
            # With its port, or a PGPORT that is meant for another server would be believed.
            return f"postgresql://postgres@/postgres?host={quote(socket_folder, safe='')}&port={PORT}"
    return None


def _stop_server(place: Place) -> None:
    """Stop what holds the server's lock, with nobody coming or going meanwhile."""
    server = FileLock(place.server_lock)
    # First as PostgreSQL recommends; then without its checkpoint, which the next start makes up for.
    for how, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10.0)):
        told: int | None = None
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if server.try_exclusive():
                server.release()
                return
            pid = postmaster_pid(place)
            if pid is not None and pid != told:
                # Its keeper may start it anew at this very moment, so the number can change.
                with suppress(ProcessLookupError):
                    os.kill(pid, how)
                told = pid
            time.sleep(0.01)
    raise EmbeddedPostgresError(f"PostgreSQL does not stop. Its log is {place.log}.")
