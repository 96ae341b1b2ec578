"""The demo from outside: what it prints, how it stops, and that nothing is left of it."""

import shlex
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from countersign.demo.command import main
from countersign.demo.data_folder import default_folder
from tests.demo.demo_process import PAGE, STARTED, DemoProcess, a_project_in, demo, processes_of, until

pytestmark = pytest.mark.timeout(240)


def nothing_runs_in(folder: Path) -> None:
    until(
        lambda: not processes_of(folder),
        lambda: f"left behind: {[p.cmdline() for p in processes_of(folder)]}",
        1.0,
    )


def test_the_tour_plays_its_stories_and_leaves_nothing_behind(folder: Path) -> None:
    with demo(folder, "--tour") as tour:
        assert tour.ends(seconds=90) == 0, tour.said
        nothing_runs_in(folder)
    assert not [*folder.glob("**/postgres")], "the next tour must not find what waits in this one's database"
    for title in (
        "1. Alice asks",
        "2. Bob says no",
        "3. The bot is killed",
        "4. Alice may not",
        "That is the tour",
    ):
        assert title in tour.said
    assert "✗" not in tour.said


@pytest.mark.parametrize(
    ("given", "named", "told"),
    [
        ("gone.json", None, "--config names gone.json, and there is no such file"),
        (".", None, "--config names ., which is a folder: name the langgraph.json in it"),
        (None, "gone.json", "LANGGRAPH_CONFIG names gone.json, and there is no such file"),
    ],
)
def test_a_project_that_is_not_there_is_not_replaced_by_the_examples(
    given: str | None,
    named: str | None,
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANGGRAPH_CONFIG", named or "")
    assert main(tour=False, config=Path(given) if given else None, port=0) == 1
    assert capsys.readouterr().err == f"countersign: {told}\n"
    assert not list(tmp_path.iterdir())


def test_it_runs_without_input_until_it_is_signalled(folder: Path, tmp_path: Path) -> None:
    config = a_project_in(tmp_path)
    command = shlex.join([sys.executable, "-m", "bot", "demo", "--config", str(config)])
    with demo(folder, command=["sh", "-c", f"exec {command} <&-"]) as running:
        running.says(STARTED)
        address = PAGE.search(running.said)
        assert address is not None
        assert running.said.count("http://") == 1
        assert b"<title>" in a_browser_opens(address[0]), "the first address is that of the page"
        assert "graphs=['mine']" in running.log.read_text()
        a_second_one_is_refused(folder, config, running.process.pid)
        a_bot_that_dies_is_started_again(running)
        assert running.process.poll() is None
        assert running.stops() == 0
        nothing_runs_in(folder)


def a_browser_opens(address: str) -> bytes:
    cookies = urllib.request.HTTPCookieProcessor()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)
    with opener.open(address, timeout=10) as answer:
        return bytes(answer.read())


def a_second_one_is_refused(folder: Path, config: Path, pid: int) -> None:
    with demo(folder, "--config", str(config), leftovers=False) as second:
        assert second.ends() == 1
        assert f"process {pid}" in second.said


def a_bot_that_dies_is_started_again(running: DemoProcess) -> None:
    (bot,) = running.bots()
    bot.kill()
    running.says("The bot ended by itself (SIGKILL)")
    running.says("It is back.")
    assert [p.pid for p in running.bots()] not in ([], [bot.pid])


def test_a_demo_after_a_killed_one_ends_its_orphaned_bot(folder: Path) -> None:
    with demo(folder) as killed:
        killed.says(STARTED)
        killed.process.kill()
        killed.ends()
        (orphan,) = killed.bots()
        with demo(folder) as following:
            following.says(STARTED)
            assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE
            assert following.stops() == 0
            nothing_runs_in(folder)


def test_a_bot_that_dies_at_its_start_is_explained_with_its_log(folder: Path, tmp_path: Path) -> None:
    config = a_project_in(tmp_path)
    (tmp_path / "mine.py").write_text("import os\nprint('the last words', flush=True)\nos._exit(3)\n")
    with demo(folder, "--config", str(config)) as running:
        assert running.ends() == 1
    assert "The bot ended while it started (exit code 3)" in running.said
    assert "the last words" in running.said
    assert "bot.log" in running.said


def test_each_config_has_a_folder_of_its_own_apart_from_a_real_bots_data(tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "langgraph.json", tmp_path / "b" / "langgraph.json"
    settings = {"DATA_DIR": str(tmp_path / "data")}
    folders = [default_folder("demo", config, settings) for config in (first, second)]
    assert len({*folders, default_folder("tour", first, settings)}) == 3
    assert {folder.parent for folder in folders} == {tmp_path / "data" / "demo"}
    assert default_folder("demo", tmp_path / "a" / ".." / "a" / "langgraph.json", settings) == folders[0]
    assert default_folder("demo", first, {}).is_relative_to(".data/demo")
