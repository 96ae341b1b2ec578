"""Which versions of the bot may run on which tables.

A migration that only adds suits every version: older ones go on running, and may be started again. One that
takes something away says since when nothing uses it (`-- contract: unused since 1.3`): it is applied once no
older process is alive, and older versions refuse to start from then on. Procrastinate names its migrations
`pre` and `post`, which are the same two kinds.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from countersign.approvals.errors import CountersignError

_CONTRACT = re.compile(rb"^-- contract: unused since (?P<version>\d+(?:\.\d+)*)", re.MULTILINE)
_QUEUE = "procrastinate/"


class MigrationError(CountersignError):
    """The database cannot be migrated; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Migration:
    """One migration file. Its name is its identity and never changes.

    `oldest_version` is the oldest version of the bot that runs on the tables once it is applied; None: any.
    """

    name: str
    statements: bytes
    checksum: str
    oldest_version: str | None

    @property
    def contracts(self) -> bool:
        """Whether it takes away what older versions use."""
        return self.oldest_version is not None or _is_post(self.name)

    def suits(self, version: str) -> bool:
        """Whether a process of this version runs on."""
        return self.oldest_version is None or Version(version) >= Version(self.oldest_version)


@dataclass(frozen=True, kw_only=True)
class AppliedMigration:
    checksum: str
    oldest_version: str | None


def read_migrations(folder: Path, *, prefix: str = "") -> tuple[Migration, ...]:
    """The folder's `.sql` files in the order of their names, which begin with `prefix` in the record."""
    return tuple(
        Migration(
            name=prefix + file.stem,
            statements=(statements := file.read_bytes()),
            checksum=hashlib.sha256(statements).hexdigest(),
            oldest_version=found["version"].decode() if (found := _CONTRACT.search(statements)) else None,
        )
        for file in sorted(folder.glob("*.sql"))
    )


def queue_migrations(folder: Path) -> tuple[Migration, ...]:
    """Procrastinate's own."""
    return read_migrations(folder, prefix=_QUEUE)


def check_numbers(own: Iterable[Migration]) -> None:
    """Raise MigrationError for a gap, and for a number that is given twice."""
    for number, step in enumerate(own, start=1):
        if not re.fullmatch(rf"{number:04}_[a-z0-9_]+", step.name):
            raise MigrationError(
                f"Migration {number} must be {number:04}_<name>.sql, and it is {step.name}.sql."
            )


def check_history(
    steps: Iterable[Migration], applied: Mapping[str, AppliedMigration], version: str
) -> tuple[str, ...]:
    """The names of applied migrations of a newer version of the bot, with which this one can run.

    Raises MigrationError if it cannot, and for an applied file that was edited since.
    """
    known = {step.name: step for step in steps}
    newer = sorted(applied.keys() - known.keys())
    needed = {
        Version(since)
        for name in newer
        if (since := applied[name].oldest_version) and Version(since) > Version(version)
    }
    if needed:
        raise MigrationError(
            f"This database was changed by a newer version of the bot ({', '.join(newer)}), and this one"
            f" ({version}) cannot run with it. Run version {max(needed)} or a later one."
        )
    if any(name.startswith(_QUEUE) and _is_post(name) for name in newer):
        raise MigrationError(
            "This database was changed by a newer version of procrastinate. Run the version of the bot that"
            " brought it."
        )
    for name, step in known.items():
        if not name.startswith(_QUEUE) and name in applied and applied[name].checksum != step.checksum:
            raise MigrationError(
                f"{name}.sql was edited after it had been applied to this database. Put it back as it"
                " was; a change of the tables is a new file."
            )
    return tuple(newer)


def _is_post(name: str) -> bool:
    """Before 3.0, procrastinate did not part its migrations: those may do anything."""
    return name.startswith(_QUEUE) and "_pre_" not in name
