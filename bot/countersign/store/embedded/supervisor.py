"""The embedded server's supervisor process: starts it, restarts it after a crash, stops it when it is unused.

Runs as a script by path and imports only the standard library, so that it starts in milliseconds and needs a
few megabytes. It must not import the rest of the bot.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

CHECK_INTERVAL = 0.5
# Gives up after so many restarts in a row of a server that lived for less than STABLE_AFTER seconds.
RESTARTS = 20
STABLE_AFTER = 10.0


class SupervisorOrder(TypedDict):
    """What to supervise; paths are absolute, times are in seconds."""

    command: list[str]
    uid: int | None
    gid: int | None
    server_lock_fd: int
    start_lock: str
    users_lock: str
    pid_file: str
    socket_folder: str
    linger: float


class UserTracker:
    """Whether any process uses the server, and since when none does."""

    def __init__(self, order: SupervisorOrder) -> None:
        # Opened once: if the folder is deleted and created again, its files belong to another server.
        self._start = os.open(order["start_lock"], os.O_RDWR | os.O_CLOEXEC)
        self._users = os.open(order["users_lock"], os.O_RDWR | os.O_CLOEXEC)
        self._linger = order["linger"]
        self._gone_since: float | None = None

    def are_gone(self) -> bool:
        """Whether no process uses the server at this moment."""
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        fcntl.flock(self._users, fcntl.LOCK_UN)
        return True

    def stop_if_gone(self, server: "subprocess.Popen[bytes]") -> None:
        """Stop the server if nobody has used it for long enough."""
        try:
            # While the first lock is held no use begins or ends, so the second one is conclusive. A use that
            # begins while the server stops waits for the end of that.
            fcntl.flock(self._start, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._gone_since = self._gone_since or time.monotonic()
            if time.monotonic() - self._gone_since >= self._linger:
                server.send_signal(signal.SIGINT)
                server.wait()
        except BlockingIOError:
            self._gone_since = None
        finally:
            fcntl.flock(self._users, fcntl.LOCK_UN)
            fcntl.flock(self._start, fcntl.LOCK_UN)


def supervise(order: SupervisorOrder) -> None:
    """Run the server until it is shut down, cannot be started, or is unused."""
    users = UserTracker(order)
    was_ready = False
    failures = 0
    while True:
        started_at = time.monotonic()
        server = _start(order)
        exited = threading.Thread(target=server.wait, daemon=True)
        exited.start()
        while exited.is_alive():
            exited.join(CHECK_INTERVAL)
            if exited.is_alive():
                was_ready = was_ready or _is_ready(order, server.pid)
                users.stop_if_gone(server)
        was_ready = was_ready or _is_ready(order, server.pid)
        failures = 1 if time.monotonic() - started_at > STABLE_AFTER else failures + 1
        # Exit code 0 is a requested shutdown. A server that never came up has its reason in the log, and the
        # process that waits for it must report that now. One that was up may only lack disk space, so it is
        # restarted for as long as it is used.
        if server.returncode == 0 or not was_ready or (failures > RESTARTS and users.are_gone()):
            return
        # PostgreSQL refuses to start until the orphaned backends of its predecessor are gone.
        time.sleep(min(0.1 * failures, 1.0))


def _start(order: SupervisorOrder) -> "subprocess.Popen[bytes]":
    uid, gid = order["uid"], order["gid"]
    return subprocess.Popen(  # noqa: S603 - the starter, a process of the same user, says what to run
        order["command"],
        stdin=subprocess.DEVNULL,
        pass_fds=(order["server_lock_fd"],),
        cwd="/",
        user=uid,
        group=gid,
        extra_groups=None if uid is None else [],
        start_new_session=True,
    )


def _is_ready(order: SupervisorOrder, pid: int) -> bool:
    # A killed server leaves this file as it was; one that cannot start or recover removes it.
    try:
        lines = Path(order["pid_file"]).read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


if __name__ == "__main__":
    # The starter waits for this process only; the child has no parent that would have to reap it.
    if os.fork() == 0:
        todo: SupervisorOrder = json.loads(sys.argv[1])
        try:
            supervise(todo)
        finally:
            with suppress(OSError):
                Path(todo["socket_folder"]).rmdir()
