"""Look at an embedded server from outside, and use it from processes that can be killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, kw_only=True)
class Use:
    """A running process that uses a server; `said` is the URL that it got, or why it got none."""

    process: subprocess.Popen[str]
    said: str

    def end(self) -> None:
        self.process.communicate(timeout=30)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


@contextmanager
def uses(
    data_dir: Path,
    count: int = 1,
    *,
    linger: float = 0.2,
    fallback: Path = Path("/nowhere"),
    user: int | None = None,
    python: str = sys.executable,
    before: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[list[Use]]:
    """Start `count` processes at once that use the server of `data_dir`; those left over end with it."""
    command = [
        *before,
        python,
        "-m",
        "tests.support.postgres.embedded_client",
        str(data_dir),
        str(linger),
        str(fallback),
    ]
    processes = [
        subprocess.Popen(
            command,
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            env={**os.environ, **(environment or {})},
        )
        for _ in range(count)
    ]
    try:
        yield [Use(process=process, said=_first_line(process)) for process in processes]
    finally:
        for process in processes:
            if process.poll() is None:
                process.communicate(timeout=30)
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def cluster(data_dir: Path) -> Path:
    """PostgreSQL's own folder."""
    [found] = (data_dir / "postgres").glob("cluster-*")
    return found


def server_processes(data_dir: Path) -> list[psutil.Process]:
    """The postmaster of `data_dir`, if it lives, and its children."""
    found = []
    folder = str((data_dir / "postgres").resolve() / "cluster-")
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess):
            if process.name() == "postgres" and any(part.startswith(folder) for part in process.cmdline()):
                found += [process, *process.children(recursive=True)]
    return found


def supervisors(data_dir: Path) -> list[psutil.Process]:
    folder = str((data_dir / "postgres").resolve())
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess):
            line = process.cmdline()
            if any(part.endswith("supervisor.py") for part in line) and any(folder in part for part in line):
                found.append(process)
    return found


def cut_power(data_dir: Path) -> None:
    """End everything at once without a word, as far as a test can."""
    victims = supervisors(data_dir) + server_processes(data_dir)
    for process in victims:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    until(lambda: all(map(_is_dead, victims)))


def _is_dead(process: psutil.Process) -> bool:
    # Whoever is process 1 here may take its time to bury the dead.
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def until(condition: Callable[[], object], *, seconds: float = 10.0) -> None:
    """Wait until the condition holds; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{condition} did not come true within {seconds} s"
        time.sleep(0.02)


def ask(url: str, *queries: str) -> object:
    """The first value that the last query returns, on a connection of its own."""
    assert url.startswith("postgresql://"), url
    with psycopg.connect(url, autocommit=True) as connection:
        for query in queries:
            cursor = connection.execute(query.encode())
        row = cursor.fetchone()
        return row[0] if row else None


def answers(url: str) -> bool:
    try:
        return ask(url, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False
