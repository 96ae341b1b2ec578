"""PostgreSQL's own folder: made once, checked before each start, and reached through a socket."""

import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil

from countersign.store.embedded.errors import EmbeddedPostgresError
from countersign.store.embedded.place import MAJOR_VERSION, Place


def ready_cluster(place: Place, *, durable: bool) -> Path:
    """PostgreSQL's own folder, made if it is not there; what is there can be used by this version."""
    cluster = place.cluster or _make_cluster(place, durable=durable)
    _check_version(cluster)
    return cluster


def _make_cluster(place: Place, *, durable: bool) -> Path:
    # Made beside its place and then renamed: what was begun and not finished is never taken for data.
    unfinished = place.folder / "unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    account = place.account
    made = subprocess.run(  # noqa: S603 - the wheel's program, with paths that we made
        [
            place.programs / "bin" / "initdb", "--pgdata", unfinished, "--username", "postgres",
            # The folder of the socket is closed to everybody but the account that runs the server, and root.
            "--auth", "trust",
            # Sorting by code point: an update of the system's C library cannot make our indexes wrong.
            "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
            "--encoding", "UTF8", "--no-instructions", *(() if durable else ("--no-sync",)),
        ],
        check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        cwd="/", env=environment(), user=account.uid if account else None,
        group=account.gid if account else None, extra_groups=[] if account else None,
    )  # fmt: skip
    if made.returncode != 0:
        raise failure(place, "make its database", made.stderr)
    return unfinished.rename(place.folder / f"cluster-{secrets.token_hex(4)}")


def clear_leftovers(place: Place, cluster: Path) -> None:
    """Remove what a server that died left behind. The caller knows that no process of it is left.

    A pid file stays after a power cut, and its number may be another program's by now, which PostgreSQL would
    take for a running server; or it is half-written, which PostgreSQL refuses.
    """
    pid = postmaster_pid(place)
    if pid is not None:
        # Started by hand, it does not hold our lock; without its pid file a second one would ruin its data.
        raise EmbeddedPostgresError(
            f"A PostgreSQL server that the bot did not start (process {pid}) uses {cluster}. Stop it,"
            " or set DATABASE_URL to use it."
        )
    (cluster / "postmaster.pid").unlink(missing_ok=True)
    for folder in place.folder.glob("socket-*"):
        shutil.rmtree(folder)


def postmaster_pid(place: Place) -> int | None:
    """The process named in the pid file, if it really is a PostgreSQL server on this data."""
    cluster = place.cluster
    if cluster is None:
        return None
    with suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
        process = psutil.Process(int((cluster / "postmaster.pid").read_text().splitlines()[0]))
        if process.name() == "postgres" and (str(cluster) in process.cmdline() or _is_in(process, cluster)):
            return process.pid
    return None


def _is_in(process: psutil.Process, folder: Path) -> bool:
    # In a container root is often not allowed to see another user's working folder.
    with suppress(psutil.AccessDenied):
        return Path(process.cwd()) == folder
    return False


def make_socket_folder(place: Place) -> Path:
    """A new folder whose path can hold a socket.

    Each start has its own: a server that is late to go removes its socket by name.
    """
    folder = Path(tempfile.mkdtemp(prefix="socket-", dir=place.folder))
    if not _can_hold_socket(folder):
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="countersign-", dir="/tmp"))
    place.give(folder)
    return folder


def _can_hold_socket(folder: Path) -> bool:
    # libpq and the server's own setting read a comma as the end of a path, and quotes their own way.
    if not re.fullmatch(r"[\w/.+ -]+", str(folder)):
        return False
    name = folder / ".s.PGSQL.5432"
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            # Too long (107 bytes on Linux), or on a shared folder that knows no sockets: only trying tells.
            probe.bind(str(name))
        name.unlink()
    except OSError:
        return False
    return True


def environment() -> dict[str, str]:
    """What PostgreSQL's programs see: our library path and PG* variables are not meant for them."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def failure(place: Place, what: str, output: str) -> EmbeddedPostgresError:
    """What PostgreSQL said, in words that tell what to do."""
    if "No space left on device" in output:
        return EmbeddedPostgresError(f"The disk of {place.folder} is full. Make room and start again.")
    if "could not look up effective user ID" in output:
        return EmbeddedPostgresError(
            f"PostgreSQL needs a name for the user it runs as, and this system has none for {os.geteuid()}."
            " Run the bot as a user in /etc/passwd, or set DATABASE_URL."
        )
    said = "\n".join(output.strip().splitlines()[-5:])
    return EmbeddedPostgresError(f"PostgreSQL could not {what} in {place.folder}; it says:\n{said}")


def _check_version(cluster: Path) -> None:
    version = (cluster / "PG_VERSION").read_text().strip()
    if version != str(MAJOR_VERSION):
        raise EmbeddedPostgresError(
            f"The data in {cluster} were written by PostgreSQL {version}, and this bot brings"
            f" {MAJOR_VERSION}. Dump them with the bot that wrote them and restore them here, or set DATA_DIR"
            " to another folder to begin anew."
        )
