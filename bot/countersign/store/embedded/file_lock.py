"""File locks, which the kernel releases when their holder dies, however it dies.

Liveness is decided by these locks, never by process ids: ids are reused after a power cut, zombies keep
theirs, and a pid file outlives a `kill -9`.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from countersign.store.embedded.errors import EmbeddedPostgresError


class FileLock:
    """An advisory lock on one file, for one holder within this process or another."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def try_exclusive(self) -> bool:
        """Take the lock exclusively; False if anybody else holds it."""
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Take the lock shared; False if somebody holds it exclusively."""
        return self._try(fcntl.LOCK_SH)

    def release(self) -> None:
        """Release the lock; a no-op if it is not held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def fileno(self) -> int:
        """The descriptor that carries the lock: a child that inherits it holds the lock too."""
        assert self._fd is not None, "the lock is not held"
        return self._fd

    def _try(self, kind: int) -> bool:
        assert self._fd is None, "the lock is held already"
        fd = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, kind | fcntl.LOCK_NB)
        except OSError as error:
            os.close(fd)
            if isinstance(error, BlockingIOError):
                return False
            raise
        self._fd = fd
        return True


@contextmanager
def exclusive_lock(path: Path, *, seconds: float) -> Iterator[None]:
    """Hold the exclusive lock on `path` for the block. Raises EmbeddedPostgresError after `seconds`."""
    lock = FileLock(path)
    deadline = time.monotonic() + seconds
    while not lock.try_exclusive():
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(
                f"Another process has been starting or stopping PostgreSQL for {seconds:.0f} s (it holds"
                f" {path}). See what it waits for, end it, and start again."
            )
        time.sleep(0.02)
    try:
        yield
    finally:
        lock.release()
