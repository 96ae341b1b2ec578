"""The command line: its version, its help, its aliases, and what it says when it cannot do something."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from countersign import __version__
from countersign.__main__ import main
from tests.packaging.conftest import write
from tests.packaging.projects import OWN_BOT_AND_GRAPHS

ROOT = Path(__file__).parents[2]


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"countersign {__version__}\n"


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    told = capsys.readouterr().out
    assert told.startswith("usage: countersign ")
    for command in ("serve", "worker", "migrate", "halted", "demo"):
        assert f"    {command} " in told


@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        (["halted"], "List the threads whose last step failed, or retry one."),
        (["restored"], "After a restore, before the first start, halt what was not at rest."),
        (["policy", "replay"], "Say what this file would have asked of past approvals."),
    ],
)
def test_the_help_of_a_command_says_what_it_does(
    arguments: list[str], first: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([*arguments, "--help"])
    assert first in " ".join(capsys.readouterr().out.split())


def test_a_command_that_does_not_exist_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["swerve"])
    assert "invalid choice: 'swerve'" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("manifest",), ("serve", "--help")])
def test_in_a_checkout_python_m_bot_is_the_same_command(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with contextlib.suppress(SystemExit):
        main(arguments)
    expected = capsys.readouterr().out
    done = run_checkout(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout.split()) == (0, expected.split()), done.stderr


@pytest.mark.parametrize("command", ["halted", "jobs"])
def test_halted_threads_are_listed_under_either_name(command: str, database_url: str, tmp_path: Path) -> None:
    done = run_checkout(command, cwd=tmp_path, DATABASE_URL=database_url)
    assert (done.returncode, done.stdout) == (0, "No thread is halted.\n"), done.stderr


def test_a_thread_that_is_not_halted_cannot_be_retried(database_url: str, tmp_path: Path) -> None:
    done = run_checkout("halted", "--retry", "T/C/1.0", cwd=tmp_path, DATABASE_URL=database_url)
    assert done.returncode == 1
    assert done.stderr.startswith("countersign: No thread with this id has stopped.")


def run_checkout(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m bot` from a checkout, as another process that finds it on PYTHONPATH."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_a_checkout_hosts_a_project_with_a_bot_and_graphs_of_its_own(tmp_path: Path) -> None:
    """As `make run` does: from the checkout's folder, which has a `bot` and a `graphs`, too."""
    write(tmp_path, OWN_BOT_AND_GRAPHS)
    own = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "serve"],
        cwd=ROOT,
        env={
            **own,
            "LANGGRAPH_CONFIG": str(tmp_path / "langgraph.json"),
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_APP_TOKEN": "xapp-1",
            "DEFAULT_GRAPH": "none",
        },
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert "langgraph.json has only: orders, samples, returns." in done.stderr
