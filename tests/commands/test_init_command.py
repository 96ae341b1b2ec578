"""`countersign init`: what it writes, what it leaves alone, and that what it writes runs at once."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from countersign.__main__ import main
from countersign.commands.init.command import project_files
from countersign.runs.project.config import read_graph_config
from tests.commands.test_commands import run_checkout
from tests.packaging.conftest import scratch_folder
from tests.testing.installed import run_pytest

ROOT = Path(__file__).parents[2]
INIT_STORY = """\
alice mentions "what can you do?"
expect "post 'Deploy at noon' to #ops"
alice mentions "post 'Deploy at noon' to #ops"
expect card "Deploy at noon"
expect no "Deploy at noon" in #ops
bob approves
expect "The message is in #ops."
expect "Deploy at noon" once in #ops
alice mentions "post 'Closed today' to #ops"
expect card "Closed today"
bob rejects "Says who?"
expect "I did not post to #ops"
expect no "Closed today" in #ops
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that a PostgreSQL started as another user can reach."""
    with scratch_folder() as made:
        yield made


@pytest.mark.parametrize("on_path", [True, False])
def test_it_writes_a_project_and_says_what_comes_next(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, on_path: bool
) -> None:
    programs = folder / "programs"
    programs.mkdir(parents=True)
    (programs / "countersign").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(programs) if on_path else "")
    assert main(["init", str(folder / "my shop")]) == 0
    written = {path.relative_to(folder / "my shop").as_posix() for path in (folder / "my shop").rglob("*.*")}
    assert written >= {
        *("agent.py", "langgraph.json", "approvals.toml", "tests/test_agent.py", "README.md"),
        *(".env.example", ".gitignore", ".dockerignore"),
    }
    assert (folder / "my shop/Dockerfile").exists()
    told = capsys.readouterr().out
    assert f"files to {folder / 'my shop'}" in told
    config = folder / "my shop/langgraph.json"
    assert ("\n  countersign demo\n" in told) is on_path
    assert (f"-m bot demo --config {config}\n" in told) is not on_path
    (graph,) = read_graph_config(folder / "my shop/langgraph.json").specs
    assert graph.name == "my-shop"


def test_from_a_virtual_environment_that_is_not_activated_its_own_command_comes_next(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wheel has no module `bot`, and another environment's command would be the wrong one."""
    programs = folder / "env"
    programs.mkdir(parents=True)
    (programs / "countersign").touch(mode=0o755)
    monkeypatch.setattr("sys.executable", str(programs / "python"))
    monkeypatch.setenv("PATH", "")
    assert main(["init", str(folder / "shop")]) == 0
    told = capsys.readouterr().out
    assert f"\n  {programs / 'countersign'} demo\n" in told
    assert "-m bot" not in told


def test_the_graphs_name_can_be_given(folder: Path) -> None:
    assert main(["init", str(folder), "--name", "comms"]) == 0
    assert list(json.loads((folder / "langgraph.json").read_text())["graphs"]) == ["comms"]
    assert not [path for path in folder.rglob("*.*") if path.is_file() and "$name" in path.read_text()]


@pytest.mark.parametrize("name", ["", "a b", "a:b", 'a"b', "ä", "../x", "x" * 101])
def test_a_name_that_nobody_could_write_is_wrong_usage(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(folder), "--name", name]) == 2
    assert "cannot be a graph's name" in capsys.readouterr().err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["file", "broken link"])
def test_nothing_is_overwritten_and_then_nothing_is_written(
    kind: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if kind == "file":
        (folder / "README.md").write_text("mine")
    else:
        (folder / "README.md").symlink_to(folder / "nowhere")
    assert main(["init", str(folder)]) == 1
    assert "has README.md already, and nothing is overwritten" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["README.md"]
    assert kind != "file" or (folder / "README.md").read_text() == "mine"


def test_a_file_that_appears_meanwhile_is_not_overwritten(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody writes it between the look and the writing: the folder is a link that changes its target."""
    (folder / "empty").mkdir()
    (folder / "full").mkdir()
    (folder / "full/README.md").write_text("mine")
    (folder / "shop").symlink_to(folder / "empty")

    def one_file(name: str) -> dict[str, str]:
        return {"README.md": "theirs"}

    exists = Path.exists

    def look_then_switch(path: Path, **more: bool) -> bool:
        there = exists(path, **more)
        if path.name == "README.md":
            (folder / "shop").unlink()
            (folder / "shop").symlink_to(folder / "full")
        return there

    monkeypatch.setattr("countersign.commands.init.command.project_files", one_file)
    monkeypatch.setattr(Path, "exists", look_then_switch)
    assert main(["init", str(folder / "shop"), "--name", "shop"]) == 1
    assert "cannot be written (File exists)" in capsys.readouterr().err
    assert (folder / "full/README.md").read_text() == "mine"


def test_other_files_in_the_folder_stay(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine")
    assert main(["init", str(folder)]) == 0
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "file").write_text("mine")
    assert main(["init", str(folder / "file/shop")]) == 1
    assert "cannot be written (Not a directory)" in capsys.readouterr().err


def test_it_runs_in_a_folder_whose_settings_are_broken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "langgraph.json").write_text('{"env": 1}')
    monkeypatch.chdir(folder)
    assert main(["init", "shop"]) == 0


def test_the_demo_runs_it_at_once(folder: Path) -> None:
    assert main(["init", str(folder / "shop")]) == 0
    (folder / "story.txt").write_text(INIT_STORY)
    played = run_checkout(
        "demo", "--config", "shop/langgraph.json", "--script", "story.txt", cwd=folder, HOME=str(folder)
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert "13 lines, all as expected" in played.stdout


@pytest.mark.timeout(200)
def test_the_tests_that_it_writes_pass(folder: Path) -> None:
    assert main(["init", str(folder)]) == 0
    tested = run_pytest(folder)
    assert tested.returncode == 0, tested.stdout
    assert "3 passed" in tested.stdout
    assert "Warning" not in tested.stdout + tested.stderr


@pytest.mark.timeout(200)
def test_its_tests_fail_where_nobody_is_asked(folder: Path) -> None:
    assert main(["init", str(folder)]) == 0
    agent = folder / "agent.py"
    agent.write_text(agent.read_text().replace("middleware=[gate]", "middleware=[]"))
    tested = run_pytest(folder, "-x", "-k", "rejects")
    assert tested.returncode == 1, tested.stdout


def test_its_policy_has_nothing_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(folder), "--name", "shop"]) == 0
    assert main(["policy", "--file", str(folder / "approvals.toml"), "check"]) == 0
    capsys.readouterr()
    explain = ["explain", "--graph", "shop", "--action", "post_message"]
    assert main(["policy", "--file", str(folder / "approvals.toml"), *explain]) == 0
    assert "messages" in capsys.readouterr().out


def test_the_code_that_it_writes_passes_ruff(folder: Path) -> None:
    assert main(["init", str(folder)]) == 0
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout


def test_its_image_is_made_as_the_documentation_says() -> None:
    documented = (ROOT / "docs/operating.md").read_text().partition("```dockerfile\n")[2].partition("```")[0]
    own = project_files("shop")["Dockerfile"]
    lines = [line for line in own.splitlines() if line and not line.startswith("#")]
    assert set(documented.splitlines()) <= set(lines)
    assert ".env\n" in project_files("shop")[".dockerignore"]
