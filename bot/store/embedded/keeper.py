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
from pathlib import Path
from typing import TypedDict

TICK = 0.5
RESTARTS = 20


class Order(TypedDict):
    """What to keep; paths are absolute, times are in seconds."""

    command: list[str]
    uid: int | None
    gid: int | None
    server_lock_fd: int
    start_lock: str
    users_lock: str
    pid_file: str
    linger: float


def keep(order: Order) -> None:
    """Run the server until it is stopped in an orderly way, cannot be started, or has no users."""
    was_ready = False
    failures = 0
    idle_since: float | None = None
    server = _start(order)
    while True:
        exited = threading.Thread(target=server.wait, daemon=True)
        exited.start()
        while exited.is_alive():
            exited.join(TICK)
            if exited.is_alive():
                if _is_ready(order):
                    was_ready, failures = True, 0
                now = time.monotonic()
                idle_since = (idle_since or now) if _stop_if_idle(order, server, idle_since) else None
        failures += 1
        # Exit code 0 is a stop that somebody asked for. A server that never came up has a reason that its log
        # tells, and the process that waits for it must hear of it now.
        if server.returncode == 0 or not was_ready or failures > RESTARTS:
            return
        # Orphaned backends may need a moment to notice; until then PostgreSQL refuses to start beside them.
        time.sleep(min(0.1 * failures, 1.0))
        server = _start(order)


def _start(order: Order) -> subprocess.Popen[bytes]:
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


def _is_ready(order: Order) -> bool:
    try:
        lines = Path(order["pid_file"]).read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def _stop_if_idle(order: Order, server: "subprocess.Popen[bytes]", idle_since: float | None) -> bool:
    """Whether nobody uses the server now; if that has been so for long enough, it is stopped."""
    start = os.open(order["start_lock"], os.O_RDWR | os.O_CLOEXEC)
    users = os.open(order["users_lock"], os.O_RDWR | os.O_CLOEXEC)
    try:
        # Nobody comes or goes while the first lock is held, so the second one tells the truth.
        fcntl.flock(start, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if idle_since is not None and time.monotonic() - idle_since >= order["linger"]:
            server.send_signal(signal.SIGINT)
            server.wait()
    except BlockingIOError:
        return False
    finally:
        os.close(users)
        os.close(start)
    return True


if __name__ == "__main__":
    # The starter waits for this process only; the one that stays has no parent that would have to reap it.
    if os.fork() == 0:
        keep(json.loads(sys.argv[1]))
