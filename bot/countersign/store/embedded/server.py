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

from countersign.store.embedded import supervisor
from countersign.store.embedded.cluster import (
    environment,
    failure,
    make_socket_folder,
    postmaster_pid,
    prepare_cluster,
    remove_stale_files,
)
from countersign.store.embedded.errors import EmbeddedPostgresError
from countersign.store.embedded.file_lock import FileLock, exclusive_lock
from countersign.store.embedded.installation import FALLBACK_FOLDER, Installation, find_installation

# Recovery after a power cut reads the log since the last checkpoint, which takes a while on a slow disk.
START_SECONDS = 120.0
STOP_SECONDS = 30.0
LOG_BYTES = 5_000_000

# Not a TCP port: part of the socket's name.
PORT = 5432
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    # A bot's data fit; pages are allocated when they are used.
    "shared_buffers": "64MB",
    # No worker processes for read-ahead and replication.
    "io_method": "sync",
    "max_logical_replication_workers": "0",
    # Clients log their own errors, and a log that nobody rotates must stay small.
    "log_min_messages": "log",
    "log_checkpoints": "off",
}
# synchronous_commit stays on: without it a crash of the server, not only a power cut, loses commits.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One use of the server of a data folder.

    Any number of processes, and of uses within one, share the server: the first starts it, the last stops it.
    A use ends with its process (`kill -9`); if it was the last, the server is stopped `linger` seconds later.
    While it is used, a server that crashed is restarted at the same address. `durable=False` gives up safety
    against power cuts for speed, for tests. It and `linger` are those of the use that starts the server.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        durable: bool = True,
        linger: float = 5.0,
        fallback: Path = FALLBACK_FOLDER,
    ) -> None:
        self._data_dir = data_dir
        self._durable = durable
        self._linger = linger
        self._reachable = fallback
        self._place: Installation | None = None
        self._use: FileLock | None = None

    def start(self) -> str:
        """The server's URL, once it accepts queries. Raises EmbeddedPostgresError, which says what to do."""
        assert self._use is None, "it is in use already"
        installation = find_installation(self._data_dir, fallback=self._reachable)
        try:
            with exclusive_lock(installation.start_lock, seconds=START_SECONDS):
                url = self._running(installation)
                use = FileLock(installation.users_lock)
                taken = use.try_shared()
                assert taken, "users.lock is held exclusively only under start.lock"
        except OSError as error:
            raise failure(installation, "start", str(error)) from error
        self._place, self._use = installation, use
        return url

    def stop(self) -> None:
        """End this use. If it was the last one, returns when the server has shut down."""
        if self._place is None or self._use is None:
            return
        installation, use = self._place, self._use
        self._place = self._use = None
        # If the folder was deleted under the server, that ends by itself.
        with suppress(FileNotFoundError), exclusive_lock(installation.start_lock, seconds=START_SECONDS):
            use.release()
            others = FileLock(installation.users_lock)
            if others.try_exclusive():
                try:
                    _stop_server(installation)
                finally:
                    others.release()
        use.release()

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _running(self, installation: Installation) -> str:
        deadline = time.monotonic() + START_SECONDS
        log_start: int | None = None
        server = FileLock(installation.server_lock)
        while time.monotonic() < deadline:
            if server.try_exclusive():
                # No process of a server is left, neither a running one nor one that is shutting down.
                try:
                    if log_start is not None:
                        said = installation.log.read_bytes()[log_start:].decode(errors="replace")
                        raise failure(installation, "start", said)
                    log_start = _log_size(installation)
                    self._launch(installation, server)
                finally:
                    server.release()
            url = _url(installation)
            if url and pq.PGconn.ping(f"{url}&connect_timeout=5".encode()) == pq.Ping.OK:
                return url
            time.sleep(0.01)
        raise EmbeddedPostgresError(
            f"PostgreSQL did not answer within {START_SECONDS:.0f} s. Its log is {installation.log}."
        )

    def _launch(self, installation: Installation, server: FileLock) -> None:
        cluster = prepare_cluster(installation, durable=self._durable)
        remove_stale_files(installation, cluster)
        socket_folder = make_socket_folder(installation)
        settings = SETTINGS | {"unix_socket_directories": str(socket_folder)}
        if not self._durable:
            settings |= NOT_DURABLE
        command = [str(installation.programs / "bin" / "postgres"), "-D", str(cluster)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        order = supervisor.SupervisorOrder(
            command=command,
            uid=installation.system_user.uid if installation.system_user else None,
            gid=installation.system_user.gid if installation.system_user else None,
            server_lock_fd=server.fileno(),
            start_lock=str(installation.start_lock),
            users_lock=str(installation.users_lock),
            pid_file=str(cluster / "postmaster.pid"),
            socket_folder=str(socket_folder),
            linger=self._linger,
        )
        with installation.log.open("ab") as log:
            subprocess.run(  # noqa: S603 - our own script, with paths that we made
                [sys.executable, "-I", "-S", supervisor.__file__, json.dumps(order)],
                check=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                pass_fds=(server.fileno(),), start_new_session=True, env=environment(),
            )  # fmt: skip


def _log_size(installation: Installation) -> int:
    if not installation.log.exists():
        installation.log.touch(mode=0o600)
        installation.chown(installation.log)
    if installation.log.stat().st_size > LOG_BYTES:
        os.truncate(installation.log, 0)
    return installation.log.stat().st_size


def _url(installation: Installation) -> str | None:
    cluster = installation.cluster
    if cluster is None:
        return None
    with suppress(OSError, IndexError):
        # Half-written while the server starts; the caller polls.
        socket_folder = (cluster / "postmaster.pid").read_text().splitlines()[4]
        if socket_folder:
            # With its port, or a PGPORT meant for another server would be used.
            return f"postgresql://postgres@/postgres?host={quote(socket_folder, safe='')}&port={PORT}"
    return None


def _stop_server(installation: Installation) -> None:
    """Stop the process that holds the server's lock. The caller holds the start lock."""
    server = FileLock(installation.server_lock)
    # First a fast shutdown; then an immediate one without a checkpoint, after which the next start recovers.
    for how, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10.0)):
        signalled: int | None = None
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if server.try_exclusive():
                server.release()
                return
            pid = postmaster_pid(installation)
            if pid is not None and pid != signalled:
                # The supervisor may be restarting it, so the process id can change.
                with suppress(ProcessLookupError):
                    os.kill(pid, how)
                signalled = pid
            time.sleep(0.01)
    raise EmbeddedPostgresError(f"PostgreSQL does not stop. Its log is {installation.log}.")
