"""Versions of the bot that run beside each other: this one, the last release, and one that is to come."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from countersign import __version__
from tests.support.processes.bots import ROOT, BotProcess
from tests.support.stage import Stage

# The commit of the last release. Nothing was released yet, so it is the first that newer ones can run beside.
LAST_RELEASE: str | None = "502c994249194ca51b8ab6505b0bd6e953cf24da"
NEXT_VERSION = "999.0"
# What a migration that only adds may do, on every table that a step of a thread or a click touches.
_ADDS = """
ALTER TABLE countersign.{table} ADD COLUMN colour text NOT NULL DEFAULT 'red', ADD COLUMN shade jsonb;
CREATE INDEX {table}_colour ON countersign.{table} (colour);
"""
_TABLES = ("threads", "inbox", "approvals", "outbox", "ledger", "grants", "delegations", "message_streams")


@dataclass(frozen=True)
class Release:
    """One version, whose `countersign` and `slack_local` are in `sources`."""

    name: str
    sources: Path

    @property
    def migrations(self) -> set[str]:
        return {file.name for file in self.sources.glob("countersign/store/migrations/*.sql")}

    @asynccontextmanager
    async def process(self, stage: Stage, *arguments: str) -> AsyncIterator[BotProcess]:
        """A process of this version that is ready, and ends in order with the block."""
        environment = stage.environment(PYTHONPATH=os.pathsep.join((str(self.sources), str(ROOT))))
        name = "-".join((self.name, arguments[0], *(each.strip("-") for each in arguments[1:])))
        bot = BotProcess(arguments, environment, stage.folder, name, module="countersign")
        try:
            await bot.start()
            await bot.ready()
            yield bot
            assert await bot.stop() == 0, bot.said
            wrong = [entry for entry in bot.entries() if entry["level"] in {"error", "critical"}]
            assert wrong == [], bot.said
        finally:
            await bot.kill()


def this_version() -> Release:
    return Release("this", ROOT / "bot")


def next_version(folder: Path) -> Release:
    """This one, with a later version and migrations that add to its tables."""
    sources = folder / "next"
    shutil.copytree(ROOT / "bot", sources, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    package = sources / "countersign/__init__.py"
    package.write_text(package.read_text().replace(f'"{__version__}"', f'"{NEXT_VERSION}"'))
    migrations = sources / "countersign/store/migrations"
    number = len(list(migrations.glob("*.sql"))) + 1
    added = "".join(_ADDS.format(table=table) for table in _TABLES)
    (migrations / f"{number:04}_colours.sql").write_text(added)
    return Release("next", sources)


def last_release(folder: Path) -> Release | None:
    """The last release's wheel, built from its commit; None where the history does not have it."""
    if LAST_RELEASE is None:
        return None
    tree = folder / "tree"
    tree.mkdir()
    archive = subprocess.run(["git", "archive", LAST_RELEASE], cwd=ROOT, capture_output=True, check=False)
    if archive.returncode != 0:
        return None
    subprocess.run(["tar", "-x", "-C", str(tree)], input=archive.stdout, check=True)
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=tree, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    sources = folder / "last"
    with zipfile.ZipFile(wheel) as files:
        files.extractall(sources)
    return Release("last", sources)
