"""`env` of langgraph.json: a file or values, weaker than the environment, read by every command."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from countersign.runs.project.config import GraphConfigError
from countersign.runs.project.project_env import read_project_env


def config_with(folder: Path, env: object) -> Path:
    config = folder / "langgraph.json"
    config.write_text(json.dumps({"graphs": {"g": "./g.py:graph"}, "env": env}))
    return config


def test_values_in_place_become_text(tmp_path: Path) -> None:
    assert read_project_env(config_with(tmp_path, {"A": "x", "B": 1, "C": True})) == {
        "A": "x",
        "B": "1",
        "C": "true",
    }


def test_a_file_is_found_beside_the_config(tmp_path: Path) -> None:
    (tmp_path / "settings.env").write_text("A='x y'\n# no\nexport B=2\nC\n")
    assert read_project_env(config_with(tmp_path, "settings.env")) == {"A": "x y", "B": "2"}


@pytest.mark.parametrize("env", [None, {}, ".env"])
def test_nothing_is_set_where_nothing_is_there(tmp_path: Path, env: object) -> None:
    assert read_project_env(config_with(tmp_path, env)) == {}
    assert read_project_env(tmp_path / "absent.json") == {}


@pytest.mark.parametrize("env", [["A"], 7, {"A": None}, {"A": ["x"]}])
def test_anything_else_is_refused(tmp_path: Path, env: object) -> None:
    with pytest.raises(GraphConfigError, match='"env" must be the path of a file, or an object'):
        read_project_env(config_with(tmp_path, env))


@pytest.mark.parametrize("env", [{"A=B": "x"}, {"": "x"}, {"A": "x\0"}])
def test_what_no_environment_can_hold_is_refused(tmp_path: Path, env: object) -> None:
    with pytest.raises(GraphConfigError, match=r'"env" has .*, which no environment variable can be'):
        read_project_env(config_with(tmp_path, env))


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.env").write_bytes(b"A=\xff\xfe")
    with pytest.raises(GraphConfigError, match=r'"env" names settings\.env, which cannot be read'):
        read_project_env(config_with(tmp_path, "settings.env"))


@pytest.mark.parametrize(
    "command",
    [
        ["graphs", "--answers"],
        ["policy", "--file", "rules.toml", "check", "--graphs", "langgraph.json"],
        ["serve"],
    ],
)
def test_a_graph_finds_it_while_it_is_imported(tmp_path: Path, command: list[str]) -> None:
    config_with(tmp_path, {"WORD": "from-env", "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s" * 32})
    (tmp_path / "g.py").write_text("import os\nraise OSError(os.environ['WORD'])\n")
    (tmp_path / "rules.toml").write_text('[[rule]]\nname = "all"\n')
    told = said(command, tmp_path)
    assert 'graph "g" cannot be imported: OSError: from-env' in told


@pytest.mark.parametrize("command", [["serve"], ["worker"], ["migrate"], ["halted"]])
def test_every_command_reads_it(tmp_path: Path, command: list[str]) -> None:
    config_with(tmp_path, {"DATABASE_URL": "mysql://from-env", "SLACK_BOT_TOKEN": "xoxb-1"})
    assert said(command, tmp_path).startswith("countersign: DATABASE_URL is not valid")


def test_the_environment_and_the_own_env_file_are_stronger(tmp_path: Path) -> None:
    config_with(tmp_path, {"DATABASE_URL": "mysql://x"})
    (tmp_path / ".env").write_text("DATABASE_URL=postgresql://nowhere.invalid/a\n")
    assert "DATABASE_URL is not valid" not in said(["migrate"], tmp_path)
    assert "DATABASE_URL is not valid" in said(["migrate"], tmp_path, DATABASE_URL="mysql://y")


def test_a_config_elsewhere_brings_its_own(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    config = config_with(project, {"DATABASE_URL": "mysql://x"})
    assert "DATABASE_URL is not valid" in said(["migrate"], tmp_path, LANGGRAPH_CONFIG=str(config))


def said(command: list[str], folder: Path, **settings: str) -> str:
    """What a command that cannot start says on standard error."""
    own = {name: value for name, value in os.environ.items() if name in {"PATH", "PYTHONPATH", "HOME"}}
    done = subprocess.run(
        [sys.executable, "-m", "countersign", *command],
        cwd=folder, env=own | settings, capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    return done.stderr
