"""The database cluster (PostgreSQL's data folder): initdb, checks before a start, and its socket folder."""

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
from countersign.store.embedded.installation import MAJOR_VERSION, Installation


def prepare_cluster(installation: Installation, *, durable: bool) -> Path:
    """The cluster's folder, made if missing. Raises EmbeddedPostgresError for another PostgreSQL version."""
    cluster = installation.cluster or _make_cluster(installation, durable=durable)
    _check_version(cluster)
    return cluster


def _make_cluster(installation: Installation, *, durable: bool) -> Path:
    # Made under another name and then renamed, so that an unfinished one is never used.
    unfinished = installation.folder / "unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    system_user = installation.system_user
    made = subprocess.run(  # noqa: S603 - the wheel's program, with paths that we made
        [
            installation.programs / "bin" / "initdb", "--pgdata", unfinished, "--username", "postgres",
            # Only the system user that runs the server, and root, can enter the socket's folder.
            "--auth", "trust",
            # Collation by code point: an update of the system's C library cannot corrupt our indexes.
            "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
            "--encoding", "UTF8", "--no-instructions", *(() if durable else ("--no-sync",)),
        ],
        check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        cwd="/", env=environment(), user=system_user.uid if system_user else None,
        group=system_user.gid if system_user else None, extra_groups=[] if system_user else None,
    )  # fmt: skip
    if made.returncode != 0:
        raise failure(installation, "make its database", made.stderr)
    return unfinished.rename(installation.folder / f"cluster-{secrets.token_hex(4)}")


def remove_stale_files(installation: Installation, cluster: Path) -> None:
    """Remove the pid file and sockets of a crashed server. The caller knows that no process of it is left.

    After a power cut the pid file stays: its number may belong to another program by now, which PostgreSQL
    takes for a running server, or it is half-written, which PostgreSQL refuses.
    """
    pid = postmaster_pid(installation)
    if pid is not None:
        # Started by hand, so it does not hold our lock. A second server would corrupt its data.
        raise EmbeddedPostgresError(
            f"A PostgreSQL server that the bot did not start (process {pid}) uses {cluster}. Stop it,"
            " or set DATABASE_URL to use it."
        )
    (cluster / "postmaster.pid").unlink(missing_ok=True)
    for folder in installation.folder.glob("socket-*"):
        shutil.rmtree(folder)


def postmaster_pid(installation: Installation) -> int | None:
    """The process named in the pid file, if it is a PostgreSQL server on this cluster."""
    cluster = installation.cluster
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


def make_socket_folder(installation: Installation) -> Path:
    """A new folder whose path can hold a socket.

    Each start has its own: a server that shuts down late removes its socket by name.
    """
    folder = Path(tempfile.mkdtemp(prefix="socket-", dir=installation.folder))
    if not _can_hold_socket(folder):
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="countersign-", dir="/tmp"))
    installation.chown(folder)
    return folder


def _can_hold_socket(folder: Path) -> bool:
    # libpq and the server's own setting read a comma as the end of a path, and quotes their own way.
    if not re.fullmatch(r"[\w/.+ -]+", str(folder)):
        return False
    name = folder / ".s.PGSQL.5432"
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            # Too long (107 bytes on Linux), or a shared folder without sockets: only an attempt shows it.
            probe.bind(str(name))
        name.unlink()
    except OSError:
        return False
    return True


def environment() -> dict[str, str]:
    """The environment of PostgreSQL's programs, without our library path and PG* variables."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def failure(installation: Installation, what: str, output: str) -> EmbeddedPostgresError:
    """PostgreSQL's output as an error message that says what to do."""
    if "No space left on device" in output:
        return EmbeddedPostgresError(f"The disk of {installation.folder} is full. Make room and start again.")
    if "could not look up effective user ID" in output:
        return EmbeddedPostgresError(
            f"PostgreSQL needs a name for the user it runs as, and this system has none for {os.geteuid()}."
            " Run the bot as a user in /etc/passwd, or set DATABASE_URL."
        )
    said = "\n".join(output.strip().splitlines()[-5:])
    return EmbeddedPostgresError(f"PostgreSQL could not {what} in {installation.folder}; it says:\n{said}")


def _check_version(cluster: Path) -> None:
    version = (cluster / "PG_VERSION").read_text().strip()
    if version != str(MAJOR_VERSION):
        raise EmbeddedPostgresError(
            f"The data in {cluster} were written by PostgreSQL {version}, and this bot brings"
            f" {MAJOR_VERSION}. Dump them with the bot that wrote them and restore them here, or set DATA_DIR"
            " to another folder to begin anew."
        )
