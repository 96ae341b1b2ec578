"""The process that owns the embedded server: starts it, restarts it if it is killed, and stops it when the
last user is gone without a word.

Run as a script by path, with the standard library alone, so that it is up in milliseconds and needs a few
megabytes. It must not import the rest of the bot.
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

TICK = 0.5
# So many restarts in a row, each of a server that lived for less than so many seconds, are enough.
RESTARTS = 20
STEADY = 10.0


class Order(TypedDict):
    """What to keep; paths are absolute, times are in seconds."""

    command: list[str]
    uid: int | None
    gid: int | None
    server_lock_fd: int
    start_lock: str
    users_lock: str
    pid_file: str
    socket_folder: str
    linger: float


class Users:
    """Whether anybody uses the server, and since when nobody does."""

    def __init__(self, order: Order) -> None:
        # Opened once: if the folder is deleted and made anew, its new files speak of another server.
        self._start = os.open(order["start_lock"], os.O_RDWR | os.O_CLOEXEC)
        self._users = os.open(order["users_lock"], os.O_RDWR | os.O_CLOEXEC)
        self._linger = order["linger"]
        self._gone_since: float | None = None

    def are_gone(self) -> bool:
        """Whether nobody uses the server at this moment."""
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        fcntl.flock(self._users, fcntl.LOCK_UN)
        return True

    def stop_if_gone(self, server: "subprocess.Popen[bytes]") -> None:
        """Stop the server if nobody has used it for long enough."""
        try:
            # Nobody comes or goes while the first lock is held, so the second one tells the truth; and who
            # comes while the server stops waits for that to end.
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


def keep(order: Order) -> None:
    """Run the server until it is stopped in an orderly way, cannot be started, or has no users."""
    users = Users(order)
    was_ready = False
    failures = 0
    while True:
        started_at = time.monotonic()
        server = _start(order)
        exited = threading.Thread(target=server.wait, daemon=True)
        exited.start()
        while exited.is_alive():
            exited.join(TICK)
            if exited.is_alive():
                was_ready = was_ready or _is_ready(order, server.pid)
                users.stop_if_gone(server)
        was_ready = was_ready or _is_ready(order, server.pid)
        failures = 1 if time.monotonic() - started_at > STEADY else failures + 1
        # Exit code 0 is a stop that somebody asked for. A server that never came up has a reason that its log
        # tells, and the process that waits for it must hear of it now. One that was up may only lack room on
        # its disk to come back, so it is tried for as long as somebody waits for it.
        if server.returncode == 0 or not was_ready or (failures > RESTARTS and users.are_gone()):
            return
        # Orphaned backends may need a moment to notice; until then PostgreSQL refuses to start beside them.
        time.sleep(min(0.1 * failures, 1.0))


def _start(order: Order) -> "subprocess.Popen[bytes]":
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


def _is_ready(order: Order, pid: int) -> bool:
    # One that is killed leaves this file behind as it was; one that cannot start or recover removes it.
    try:
        lines = Path(order["pid_file"]).read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


if __name__ == "__main__":
    # The starter waits for this process only; the one that stays has no parent that would have to reap it.
    if os.fork() == 0:
        todo: Order = json.loads(sys.argv[1])
        try:
            keep(todo)
        finally:
            with suppress(OSError):
                Path(todo["socket_folder"]).rmdir()
