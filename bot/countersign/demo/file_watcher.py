"""Noticing that somebody changed the files of a project, by looking."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

LOOK_EVERY = 0.5  # seconds
SUFFIXES = (".py", ".json", ".toml", ".env")
_NOT_SOURCE = frozenset(("node_modules", "__pycache__", "site-packages", "venv"))

Looks: TypeAlias = Mapping[Path, tuple[int, int]]
"""Each file with its time of change and its size."""


class Changes:
    """Watches the files that `sources` names now, and the folders with all below them.

    Left out are what is installed or made by programs: hidden folders, virtual environments, node_modules,
    `__pycache__`, and the folders of `apart`.
    """

    def __init__(self, sources: Callable[[], Sequence[Path]], apart: Sequence[Path] = ()) -> None:
        self._sources = sources
        self._apart = frozenset(path.resolve() for path in apart)
        self._seen: Looks | None = None

    def look(self) -> None:
        """Take everything for seen as it is now."""
        self._seen = self._looks()

    async def wait(self) -> list[Path]:
        """The files that differ from what was last seen, once they keep still for a moment."""
        if self._seen is None:
            self._seen = await asyncio.to_thread(self._looks)
        while True:
            await asyncio.sleep(LOOK_EVERY)
            now = await asyncio.to_thread(self._looks)
            if now == self._seen:
                continue
            # An editor or a checkout writes more than one file: all of it is one change.
            while (later := await self._a_moment_later()) != now:
                now = later
            before, self._seen = self._seen, now
            return sorted(path for path in {*before, *now} if before.get(path) != now.get(path))

    async def _a_moment_later(self) -> Looks:
        await asyncio.sleep(LOOK_EVERY / 2)
        return await asyncio.to_thread(self._looks)

    def _looks(self) -> Looks:
        found: dict[Path, tuple[int, int]] = {}
        for source in self._sources():
            for path in self._files(source) if source.is_dir() else (source,):
                try:
                    status = path.stat()
                except OSError:  # gone between the two looks
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
                if not hidden and not entry.is_symlink() and Path(entry.path) not in self._apart:
                    yield from self._files(Path(entry.path))
            elif entry.name.endswith(SUFFIXES):
                yield Path(entry.path)
