"""The tests' own servers work in memory, and leave nothing there."""

import os
from pathlib import Path

import pytest

from tests.support.postgres import scratch_folders
from tests.support.postgres.scratch_folders import scratch_folder


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What stands for the folder that is kept in memory, with room enough."""
    monkeypatch.setattr(scratch_folders, "_MEMORY", tmp_path)
    monkeypatch.setattr(scratch_folders, "_NEEDED", 0)
    return tmp_path


def aged(folder: Path) -> Path:
    os.utime(folder, (1, 1))
    return folder


def test_it_is_in_memory_and_gone_in_the_end(memory: Path) -> None:
    with scratch_folder() as folder:
        assert folder.parent == memory
        assert folder.stat().st_mode & 0o777 == 0o755
        (folder / "data").touch()
    assert list(memory.iterdir()) == []


def test_without_room_in_memory_it_is_on_the_disk(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch_folders, "_NEEDED", 2**62)
    with scratch_folder() as folder:
        assert folder.parent != memory


def test_without_such_a_place_it_is_on_the_disk(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch_folders, "_MEMORY", memory / "absent")
    with scratch_folder() as folder:
        assert folder.exists()


def test_what_a_killed_process_left_is_removed(memory: Path) -> None:
    left = memory / "countersign-tests-left"
    left.mkdir()
    (left / ".in-use").touch()
    aged(left)
    with scratch_folder():
        assert not left.exists()


def test_what_is_in_use_new_or_foreign_stays(memory: Path) -> None:
    new, foreign = memory / "countersign-tests-new", memory / "other"
    for folder in (new, foreign):
        folder.mkdir()
        (folder / ".in-use").touch()
    aged(foreign)
    with scratch_folder() as used:
        aged(used)
        with scratch_folder():
            assert used.exists()
            assert new.exists()
            assert foreign.exists()
