"""Paths of many files without symbolic links: most of the modules of a process share a few folders."""

import os


class RealPaths:
    """`os.path.realpath`, which asks the file system once per file and not once per folder of its path.

    Folders are remembered: keep it for one pass over the modules, in which no link changes.
    """

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def __call__(self, file: str) -> str:
        folder, name = os.path.split(file)
        if not name or name in (os.curdir, os.pardir) or os.path.islink(file):  # noqa: PTH114 -- no object each
            return os.path.realpath(file)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        return os.path.join(self._folders[folder], name)  # noqa: PTH118 -- the same
