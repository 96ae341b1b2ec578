"""What a power cut leaves behind never keeps the server from starting, nor is it ever taken for a server."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from countersign.store.embedded import EmbeddedPostgres, EmbeddedPostgresError
from countersign.store.embedded.installation import find_installation
from tests.support.postgres.embedded_probe import (
    answers,
    ask,
    cluster,
    cut_power,
    server_processes,
    until,
    uses,
)


@pytest.fixture
def cut(data_dir: Path) -> Path:
    """A data folder with a table in it, whose server and user the power cut ended."""
    with uses(data_dir, linger=60) as [user]:
        ask(user.said, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (42) RETURNING n")
        user.kill()
    cut_power(data_dir)
    assert (cluster(data_dir) / "postmaster.pid").exists()
    return data_dir


@pytest.fixture
def stranger(cut: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A living process of the user that runs the server, with nothing to do with it."""
    owner = cluster(cut).stat().st_uid
    with subprocess.Popen(["sleep", "60"], user=owner, extra_groups=None) as process:
        yield process
        process.kill()


def _starts_with_its_data(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as url:
        assert ask(url, "SELECT n FROM kept") == 42


def test_it_starts_after_a_power_cut(cut: Path) -> None:
    _starts_with_its_data(cut)


def test_its_process_id_is_another_programs_now(cut: Path, stranger: subprocess.Popen[bytes]) -> None:
    for file in (cluster(cut) / "postmaster.pid", *_socket_locks(cut)):
        _, *rest = file.read_text().splitlines()
        file.write_text("\n".join([str(stranger.pid), *rest]) + "\n")
    _starts_with_its_data(cut)
    assert stranger.poll() is None, "a stranger was killed"


def _socket_locks(data_dir: Path) -> list[Path]:
    found = list((data_dir / "postgres").rglob(".s.PGSQL.*.lock"))
    assert found, "PostgreSQL has moved its socket's lock file"
    return found


@pytest.mark.parametrize("content", [b"", b"12", b"\0" * 64, b"not a number\n/somewhere\n"])
def test_its_pid_file_is_half_written(cut: Path, content: bytes) -> None:
    (cluster(cut) / "postmaster.pid").write_bytes(content)
    _starts_with_its_data(cut)


def test_its_process_is_a_zombie(cut: Path) -> None:
    owner = cluster(cut).stat().st_uid
    zombie = subprocess.Popen(["true"], user=owner, extra_groups=None)
    until(lambda: psutil.Process(zombie.pid).status() == psutil.STATUS_ZOMBIE)
    file = cluster(cut) / "postmaster.pid"
    _, *rest = file.read_text().splitlines()
    file.write_text("\n".join([str(zombie.pid), *rest]) + "\n")
    try:
        _starts_with_its_data(cut)
    finally:
        zombie.wait()


def test_a_first_start_that_was_cut_off_begins_again(data_dir: Path) -> None:
    with uses(data_dir) as [user]:
        user.end()
    folder = data_dir / "postgres"
    cluster(data_dir).rename(folder / "unfinished")
    (folder / "unfinished" / "global" / "pg_control").unlink()
    with EmbeddedPostgres(data_dir) as url:
        assert answers(url)
    assert not (folder / "unfinished").exists()


def test_its_folder_is_deleted_and_made_anew_while_it_runs(data_dir: Path) -> None:
    with uses(data_dir, linger=0.2) as [killed]:
        [old, *_] = server_processes(data_dir)
        killed.kill()
        (data_dir / "postgres").rename(data_dir / "deleted")
        with EmbeddedPostgres(data_dir) as url:
            until(lambda: not old.is_running())
            assert answers(url), "the old server took the new one's socket along"
            assert ask(url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (42) RETURNING n") == 42
            cut_power(data_dir)
        _starts_with_its_data(data_dir)


def test_a_server_started_by_hand_is_left_alone(cut: Path) -> None:
    installation = find_installation(cut)
    folder = cluster(cut)
    pid_file = folder / "postmaster.pid"
    pid_file.unlink()
    uid = folder.stat().st_uid
    by_hand = subprocess.Popen(
        [installation.programs / "bin" / "postgres", "-D", folder, "-h", "", "-k", installation.folder],
        stderr=subprocess.DEVNULL,
        user=uid,
        extra_groups=None,
    )
    try:
        until(lambda: pid_file.exists() and "ready" in pid_file.read_text())
        with pytest.raises(EmbeddedPostgresError, match=rf"process {by_hand.pid}\) uses"):
            EmbeddedPostgres(cut).start()
        assert by_hand.poll() is None
    finally:
        by_hand.terminate()
        by_hand.wait()
