"""Folders for servers that begin empty and end with a test, in memory where that has room for them.

Each test has a database, for which PostgreSQL makes hundreds of files: on some disks that takes longer than
the test.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from countersign.store.embedded.file_lock import FileLock

_MEMORY = Path("/dev/shm")
_PREFIX = "countersign-tests-"
_LOCK = ".in-use"
_NEEDED = 2_000_000_000  # bytes, for what the tests of one worker keep at most, several times over
_SECONDS_TO_LOCK = 60.0  # in which a folder that was just made is given its lock


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that every user can pass through, unlike pytest's own: as root, `nobody` runs PostgreSQL."""
    memory = _memory()
    if memory is not None:
        _remove_abandoned(memory)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=memory))
    folder.chmod(0o755)
    (folder / _LOCK).touch()
    use = FileLock(folder / _LOCK)
    assert use.try_exclusive(), "a new folder has one user"
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        use.release()


def _memory() -> Path | None:
    """Where files are kept in memory; None if there is no such place or it has no room."""
    with suppress(OSError):
        free = min(shutil.disk_usage(_MEMORY).free, psutil.virtual_memory().available)
        if free >= _NEEDED and os.access(_MEMORY, os.W_OK | os.X_OK):
            return _MEMORY
    return None


def _remove_abandoned(memory: Path) -> None:
    """Remove what tests left that were killed: on a disk it would cost nobody much, in memory it does."""
    for folder in memory.glob(f"{_PREFIX}*"):
        # Whoever looks at the same moment removes it too.
        with suppress(OSError):
            if folder.stat().st_uid != os.geteuid():
                continue
            lock = FileLock(folder / _LOCK)
            made = folder.stat().st_mtime
            if made < time.time() - _SECONDS_TO_LOCK and lock.try_exclusive():
                shutil.rmtree(folder, ignore_errors=True)
                lock.release()
