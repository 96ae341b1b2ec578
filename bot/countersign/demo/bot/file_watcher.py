"""Notices that files of a project changed, by polling."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

POLL_SECONDS = 0.5
SUFFIXES = (".py", ".json", ".toml", ".env")
_NOT_SOURCE = frozenset(("node_modules", "__pycache__", "site-packages", "venv"))

Snapshot: TypeAlias = Mapping[Path, tuple[int, int]]
"""Each file with its time of change and its size."""


class FileWatcher:
    """Watches the files that `sources` names now, and the folders with all below them.

    Left out are what is installed or made by programs: hidden folders, virtual environments, node_modules,
    `__pycache__`, and the folders of `excluded`.

    It polls, because a notifier would watch every folder of a virtual environment or of node_modules beside
    the graphs, of which an operating system allows a few thousand.
    """

    def __init__(self, sources: Callable[[], Sequence[Path]], excluded: Sequence[Path] = ()) -> None:
        self._sources = sources
        self._excluded = frozenset(path.resolve() for path in excluded)
        self._seen: Snapshot | None = None

    def take_snapshot(self) -> None:
        """Compare with the files as they are now from here on."""
        self._seen = self._snapshot()

    async def wait(self) -> list[Path]:
        """The files that differ from what was last seen, once they keep still for a moment."""
        if self._seen is None:
            self._seen = await asyncio.to_thread(self._snapshot)
        while True:
            await asyncio.sleep(POLL_SECONDS)
            now = await asyncio.to_thread(self._snapshot)
            if now == self._seen:
                continue
            # An editor or a checkout writes more than one file: all of it is one change.
            while (later := await self._snapshot_a_moment_later()) != now:
                now = later
            before, self._seen = self._seen, now
            return sorted(path for path in {*before, *now} if before.get(path) != now.get(path))

    async def _snapshot_a_moment_later(self) -> Snapshot:
        await asyncio.sleep(POLL_SECONDS / 2)
        return await asyncio.to_thread(self._snapshot)

    def _snapshot(self) -> Snapshot:
        found: dict[Path, tuple[int, int]] = {}
        for source in self._sources():
            for path in self._files(source) if source.is_dir() else (source,):
                try:
                    status = path.stat()
                except OSError:  # gone meanwhile
                    continue
                found[path] = (status.st_mtime_ns, status.st_size)
        return found

    def _files(self, folder: Path) -> Iterator[Path]:
        try:
            entries = list(os.scandir(folder))
        except OSError:
            return
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            return
        for entry in entries:
            if entry.is_dir():
                hidden = entry.name.startswith(".") or entry.name in _NOT_SOURCE
                if not hidden and not entry.is_symlink() and Path(entry.path) not in self._excluded:
                    yield from self._files(Path(entry.path))
            elif entry.name.endswith(SUFFIXES):
                yield Path(entry.path)
