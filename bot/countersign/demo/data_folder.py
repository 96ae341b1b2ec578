"""The folder in which a demo keeps its data: one demo at a time, and no bot left behind by a killed one."""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

from countersign.approvals.errors import CountersignError

ORPHAN_SECONDS = 20.0
POLL_SECONDS = 0.05
FRESH_PREFIX = "fresh-"


def default_folder(kind: str, config: Path, environment: Mapping[str, str]) -> Path:
    """The data folder of a demo, tour or script (`kind`): each langgraph.json has a folder of its own.

    It is under DATA_DIR, or `.data`, apart from what a bot that serves a real workspace keeps there.
    """
    digest = hashlib.sha256(str(config.resolve()).encode()).hexdigest()[:8]
    name = re.sub(r"[^\w.-]", "-", config.resolve().parent.name) or "root"
    return Path(environment.get("DATA_DIR") or ".data") / kind / f"{name}-{digest}"


class DataFolderInUseError(CountersignError):
    """Another demo runs in this folder."""


class DataFolder:
    """A data folder, held by a lock that the demo and its bot share.

    A demo that is killed leaves its bot behind, which would take the next demo's work from the same database.
    The bot holds the lock as well, so the next demo meets it here and ends it first.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock = -1

    def __enter__(self) -> Self:
        """Take the folder, making it if need be. Raises `DataFolderInUseError` or OSError."""
        # Nobody lists it. Root starts PostgreSQL as another user, who has to get through.
        self.path.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        self._lock = os.open(self.path / "demo.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._acquire()
        except BaseException:
            os.close(self._lock)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    @property
    def lock(self) -> int:
        """The file descriptor that the bot has to inherit."""
        return self._lock

    @contextlib.contextmanager
    def fresh(self) -> Iterator[Path]:
        """An empty folder in this one for the block: for a bot that must find nothing from earlier times.

        What killed demos left of theirs is removed, too.
        """
        for left in self.path.glob(f"{FRESH_PREFIX}*"):
            shutil.rmtree(left, ignore_errors=True)
        made = Path(tempfile.mkdtemp(prefix=FRESH_PREFIX, dir=self.path))
        made.chmod(0o711 if os.geteuid() == 0 else 0o700)  # as above
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def remember_bot(self, pid: int | None) -> None:
        """Write down whom the next demo has to end, should this one be killed."""
        self._write({"demo": os.getpid(), "bot": pid})

    def _acquire(self) -> None:
        if not self._try_lock():
            holder = self._read()
            if _is_alive(holder.get("demo")):
                raise DataFolderInUseError(
                    f"A demo runs in {self.path} already (process {holder.get('demo')})."
                    " Stop it, or set DATA_DIR to another folder."
                )
            self._end_orphan(holder.get("bot"))
        self.remember_bot(None)

    def _end_orphan(self, pid: int | None) -> None:
        """End the bot of a demo that was killed: it holds the lock, so the id is still its own."""
        for how in (signal.SIGTERM, signal.SIGKILL):
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, how)
            deadline = time.monotonic() + ORPHAN_SECONDS
            while time.monotonic() < deadline:
                if self._try_lock():
                    return
                time.sleep(POLL_SECONDS)
        raise DataFolderInUseError(
            f"The bot of an earlier demo (process {pid}) holds {self.path}. End it, or set DATA_DIR."
        )

    def _try_lock(self) -> bool:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _read(self) -> dict[str, int | None]:
        try:
            return dict(json.loads(os.pread(self._lock, 1000, 0)))
        except ValueError:
            return {}

    def _write(self, holder: dict[str, int | None]) -> None:
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, json.dumps(holder).encode(), 0)


def _is_alive(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
