"""Which changes of a project's files are noticed."""

import asyncio
from pathlib import Path

import pytest

from countersign.demo.bot import file_watcher
from countersign.demo.bot.file_watcher import FileWatcher


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_watcher, "POLL_SECONDS", 0.02)


async def noticed(watch: FileWatcher) -> list[str]:
    return [path.name for path in await asyncio.wait_for(watch.wait(), 5)]


async def test_written_new_and_removed_files_are_noticed_together(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    for name in ("kept.py", "gone.json"):
        (inner / name).write_text("1")
    watch = FileWatcher(lambda: (tmp_path,))
    watch.take_snapshot()
    (inner / "kept.py").write_text("22")
    (inner / "gone.json").unlink()
    (tmp_path / ".env").write_text("A=1")
    assert sorted(await noticed(watch)) == [".env", "gone.json", "kept.py"]


async def test_what_programs_make_is_left_out(tmp_path: Path) -> None:
    apart = tmp_path / "data"
    places = [tmp_path / name for name in (".venv", ".git", "node_modules", "__pycache__", "py")]
    for place in (*places, apart):
        place.mkdir()
    (tmp_path / "py" / "pyvenv.cfg").write_text("")
    watch = FileWatcher(lambda: (tmp_path,), excluded=(apart,))
    watch.take_snapshot()
    for place in (*places, apart):
        (place / "made.py").write_text("1")
    (tmp_path / "notes.md").write_text("1")
    (tmp_path / "seen.py").write_text("1")
    assert await noticed(watch) == ["seen.py"]


async def test_a_dependency_that_is_added_is_watched_from_then_on(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    sources = [first]
    watch = FileWatcher(lambda: sources)
    watch.take_snapshot()
    sources.append(second)
    (second / "lib.py").write_text("1")
    assert await noticed(watch) == ["lib.py"]
