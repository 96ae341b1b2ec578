"""Start, share and stop the PostgreSQL server that comes with the bot."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from bot.store.embedded import keeper
from bot.store.embedded.errors import EmbeddedPostgresError
from bot.store.embedded.locks import FileLock, alone
from bot.store.embedded.place import MAJOR_VERSION, REACHABLE, Place, find_place

# Recovery after a power cut reads the log since the last checkpoint, which can take a while on a slow disk.
START_SECONDS = 120.0
STOP_SECONDS = 30.0
LOG_BYTES = 5_000_000

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    # A bot's data fit; nothing is touched before it is used.
    "shared_buffers": "64MB",
    # PostgreSQL's own default keeps three more processes for reading ahead, of no use at this size.
    "io_method": "sync",
    "max_logical_replication_workers": "0",
    # What clients do wrong is theirs to log, and a log that nobody rotates must stay small.
    "log_min_messages": "log",
    "log_checkpoints": "off",
    "unix_socket_permissions": "0700",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One use of the server that belongs to a data folder.

    Any number of processes, and of uses within one, share the server: the first starts it, the last stops it.
    A use that ends with its process (`kill -9`) counts as ended; if it was the last, the server is stopped
    `linger` seconds later. While it is used, a server that was killed is started again, at the same address.
    `durable=False` trades safety against power cuts for speed, for tests; the use that starts the server
    decides.
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
        with alone(place.start_lock, seconds=START_SECONDS):
            url = self._running(place)
            use = FileLock(place.users_lock)
            taken = use.try_shared()
            assert taken, "users.lock is held alone only under start.lock"
        self._place, self._use = place, use
        return url

    def stop(self) -> None:
        """End this use; if it was the last one, return when the server has written its data and is gone."""
        if self._place is None or self._use is None:
            return
        with alone(self._place.start_lock, seconds=START_SECONDS):
            self._use.release()
            others = FileLock(self._place.users_lock)
            if others.try_exclusive():
                try:
                    _stop_server(self._place)
                finally:
                    others.release()
        self._place = self._use = None

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
                # No process of a server is left, so whatever its pid file says is out of date.
                try:
                    if log_start is not None:
                        said = place.log.read_bytes()[log_start:].decode(errors="replace")
                        raise _failure(place, "start", said)
                    log_start = _log_size(place)
                    self._launch(place, server)
                finally:
                    server.release()
            url = _url(place)
            if url and _answers(url):
                return url
            time.sleep(0.01)
        raise EmbeddedPostgresError(
            f"PostgreSQL did not answer within {START_SECONDS:.0f} s. Its log is {place.log}."
        )

    def _launch(self, place: Place, server: FileLock) -> None:
        _check_version(place)
        _refuse_foreign_server(place)
        if not (place.cluster / "PG_VERSION").exists():
            _make_cluster(place)
        (place.cluster / "postmaster.pid").unlink(missing_ok=True)
        settings = SETTINGS | {"unix_socket_directories": str(_socket_folder(place))}
        if not self._durable:
            settings |= NOT_DURABLE
        command = [str(place.programs / "bin" / "postgres"), "-D", str(place.cluster)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        order = keeper.Order(
            command=command,
            uid=place.account.uid if place.account else None,
            gid=place.account.gid if place.account else None,
            server_lock_fd=server.fileno(),
            start_lock=str(place.start_lock),
            users_lock=str(place.users_lock),
            pid_file=str(place.cluster / "postmaster.pid"),
            linger=self._linger,
        )
        with place.log.open("ab") as log:
            subprocess.run(  # noqa: S603 - our own script, with paths that we made
                [sys.executable, "-I", "-S", keeper.__file__, json.dumps(order)],
                check=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                pass_fds=(server.fileno(),), start_new_session=True, env=_environment(),
            )  # fmt: skip


def _log_size(place: Place) -> int:
    if not place.log.exists():
        place.log.touch(mode=0o600)
        place.give(place.log)
    if place.log.stat().st_size > LOG_BYTES:
        os.truncate(place.log, 0)
    return place.log.stat().st_size


def _url(place: Place) -> str | None:
    with suppress(OSError, IndexError):
        # Half-written while the server starts, so read until it makes sense.
        socket_folder = (place.cluster / "postmaster.pid").read_text().splitlines()[4]
        if socket_folder:
            return f"postgresql://postgres@/postgres?host={quote(socket_folder, safe='')}"
    return None


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5, application_name="countersign start").close()
    except psycopg.OperationalError:
        return False
    return True


def _stop_server(place: Place) -> None:
    """Stop what holds the server's lock, with nobody coming or going meanwhile."""
    for how, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10.0)):
        pid = _postmaster_pid(place)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, how)
        deadline = time.monotonic() + seconds
        server = FileLock(place.server_lock)
        while time.monotonic() < deadline:
            if server.try_exclusive():
                server.release()
                return
            time.sleep(0.01)
    raise EmbeddedPostgresError(f"PostgreSQL does not stop. Its log is {place.log}.")


def _postmaster_pid(place: Place) -> int | None:
    """The process named in the pid file, if it really is a server on this data."""
    with suppress(OSError, ValueError, IndexError, psutil.Error):
        process = psutil.Process(int((place.cluster / "postmaster.pid").read_text().splitlines()[0]))
        if process.name() == "postgres" and Path(process.cwd()) == place.cluster.resolve():
            return process.pid
    return None


def _refuse_foreign_server(place: Place) -> None:
    # Started by hand, it does not hold our lock; without its pid file, a second one would ruin its data.
    pid = _postmaster_pid(place)
    if pid is not None:
        raise EmbeddedPostgresError(
            f"A PostgreSQL server that the bot did not start (process {pid}) uses {place.cluster}. Stop it,"
            " or set DATABASE_URL to use it."
        )


def _check_version(place: Place) -> None:
    with suppress(FileNotFoundError):
        version = (place.cluster / "PG_VERSION").read_text().strip()
        if version != str(MAJOR_VERSION):
            raise EmbeddedPostgresError(
                f"The data in {place.cluster} were written by PostgreSQL {version}, and this bot brings"
                f" {MAJOR_VERSION}. Dump them with the bot that wrote them and restore them here, or set"
                " DATA_DIR to another folder to begin anew."
            )


def _make_cluster(place: Place) -> None:
    # Made beside its place and then renamed: what was begun and not finished is never taken for data.
    unfinished = place.folder / "cluster.new"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    account = place.account
    made = subprocess.run(  # noqa: S603 - the wheel's program, with paths that we made
        [
            place.programs / "bin" / "initdb", "--pgdata", unfinished, "--username", "postgres",
            "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin",
            "--builtin-locale", "C.UTF-8", "--no-instructions", "--set", "max_connections=200",
            "--set", "shared_buffers=64MB",
        ],
        check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        cwd="/", env=_environment(), text=True, user=account.uid if account else None,
        group=account.gid if account else None, extra_groups=[] if account else None,
    )  # fmt: skip
    if made.returncode != 0:
        raise _failure(place, "make its database", made.stderr)
    unfinished.rename(place.cluster)


def _socket_folder(place: Place) -> Path:
    folder = place.folder / "socket"
    place.make_folder(folder)
    # Not every path is short enough for a socket (107 bytes on Linux), nor can every shared folder hold one.
    name = folder / ".s.PGSQL.5432"
    name.unlink(missing_ok=True)
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.bind(str(name))
        name.unlink()
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="countersign-", dir="/tmp"))
        place.give(folder)
    return folder


def _environment() -> dict[str, str]:
    # A library path or locale of ours is not meant for PostgreSQL, and its messages are read in English.
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _failure(place: Place, what: str, output: str) -> EmbeddedPostgresError:
    if "No space left on device" in output:
        return EmbeddedPostgresError(f"The disk of {place.folder} is full. Make room and start again.")
    if "could not look up effective user ID" in output:
        return EmbeddedPostgresError(
            f"PostgreSQL needs a name for the user it runs as, and this system has none for {os.geteuid()}."
            " Run the bot as a user in /etc/passwd, or set DATABASE_URL."
        )
    last = "\n".join(output.strip().splitlines()[-5:])
    return EmbeddedPostgresError(f"PostgreSQL could not {what} in {place.folder}; it says:\n{last}")
